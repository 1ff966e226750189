
-- Issued certificates. crt:<ca>:<serial> is one, kept until it expires and a grace after that;
-- exp:<ca> orders them by expiry; own:<ca>:<profile> <names> leads to the newest of the same names.

local RECORD = {'der', 'p', 'sub', 'san', 'na', 'at', 'src', 'by', 'spki', 'req', 'rev', 'why'}

-- The subject tells who owns a certificate, the alternative names do where there is none.
local function owner_key(pool, ca, profile, subject, sans)
	return pool .. ':own:' .. ca .. ':' .. redis.sha1hex(profile .. '\n' .. (subject ~= '' and subject or sans))
end

-- a: ca, profile, serial, cert, not_after and grace in seconds, subject, sans, source, by, spki, req.
local function record_put(pool, a, now)
	local key, index = pool .. ':crt:' .. a.ca .. ':' .. a.serial, pool .. ':exp:' .. a.ca
	local own = owner_key(pool, a.ca, a.profile, a.subject, a.sans)
	local na, gone = tonumber(a.not_after), (tonumber(a.not_after) + tonumber(a.grace)) * 1000
	redis.call('HSET', key, 'der', a.cert, 'p', a.profile, 'sub', a.subject, 'san', a.sans, 'na', na,
		'at', now, 'src', a.source, 'by', a.by, 'spki', a.spki, 'req', a.req)
	redis.call('PEXPIREAT', key, gone)
	redis.call('ZADD', index, na, a.serial)
	redis.call('ZREMRANGEBYSCORE', index, '-inf', string.format('(%d', math.floor(now / 1000) - tonumber(a.grace)))
	redis.call('SET', own, a.serial, 'PXAT', gone)
end

-- cert: one record: FOUND and the fields of RECORD in order | NONE.
register('cert', function(keys, args)
	local a = named(args, {'ca', 'serial'})
	local t = redis.call('HMGET', keys[1] .. ':crt:' .. a.ca .. ':' .. a.serial, unpack(RECORD))
	if not t[1] then
		return {'NONE'}
	end
	for i = 1, #RECORD do
		t[i] = t[i] or ''
	end
	return {'FOUND', t}
end)
