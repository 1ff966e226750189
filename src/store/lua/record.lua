
-- Issued certificates. crt:<ca>:<serial> is one, kept until it expires and a grace after that;
-- exp:<ca> orders them by expiry; own:<profile and names> leads to the newest of the
-- same names, whichever CA issued it: its value is "<ca>:<serial>".

local RECORD = {'der', 'p', 'sub', 'san', 'na', 'at', 'src', 'by', 'spki', 'req', 'rev', 'why'}

-- The subject tells who owns a certificate, the alternative names do where there is none.
local function owner_key(pool, profile, subject, sans)
	return pool .. ':own:' .. redis.sha1hex(profile .. '\n' .. (subject ~= '' and subject or sans))
end

-- a: ca, profile, serial, cert, not_after and grace in seconds, subject, sans, source, by, spki, req.
local function record_put(pool, a, now)
	local key, index = pool .. ':crt:' .. a.ca .. ':' .. a.serial, pool .. ':exp:' .. a.ca
	local own = owner_key(pool, a.profile, a.subject, a.sans)
	local na, gone = tonumber(a.not_after), (tonumber(a.not_after) + tonumber(a.grace)) * 1000
	redis.call('HSET', key, 'der', a.cert, 'p', a.profile, 'sub', a.subject, 'san', a.sans, 'na', na,
		'at', now, 'src', a.source, 'by', a.by, 'spki', a.spki, 'req', a.req)
	redis.call('PEXPIREAT', key, gone)
	redis.call('ZADD', index, na, a.serial)
	redis.call('ZREMRANGEBYSCORE', index, '-inf', string.format('(%d', math.floor(now / 1000) - tonumber(a.grace)))
	redis.call('SET', own, a.ca .. ':' .. a.serial, 'PXAT', gone)
end

-- The fields of RECORD in order; nil when there is no such record.
local function record_get(pool, ca, serial)
	local t = redis.call('HMGET', pool .. ':crt:' .. ca .. ':' .. serial, unpack(RECORD))
	if not t[1] then
		return nil
	end
	for i = 1, #RECORD do
		t[i] = t[i] or ''
	end
	return t
end

-- cert: one record: FOUND and its fields | NONE.
register('cert', function(keys, args)
	local a = named(args, {'ca', 'serial'})
	local t = record_get(keys[1], a.ca, a.serial)
	return t and {'FOUND', t} or {'NONE'}
end)

-- Whether the same owner has a later certificate that is good.
local function has_successor(pool, ca, serial, t)
	local newest = redis.call('GET', owner_key(pool, t.p, t.sub, t.san))
	if not newest or newest == ca .. ':' .. serial then
		return false
	end
	local other = fields(pool .. ':crt:' .. newest, {'na', 'rev'})
	return other.na ~= nil and not other.rev and tonumber(other.na) > tonumber(t.na)
end

-- Whether a certificate is one of those asked for.
local function cert_fits(pool, a, serial)
	local t = fields(pool .. ':crt:' .. a.ca .. ':' .. serial, {'p', 'sub', 'san', 'src', 'na', 'rev', 'req'})
	if not t.p or string.sub(t.req or '', 1, #a.req) ~= a.req or (a.profile ~= '' and t.p ~= a.profile) or (a.source ~= '' and t.src ~= a.source) then
		return false
	end
	if a.subject ~= '' and
		not string.find(string.lower(t.sub .. '\n' .. t.san), string.lower(a.subject), 1, true) then
		return false
	end
	return a.within == '' or (not t.rev and not has_successor(pool, a.ca, serial, t))
end

-- certs: the certificates of an authority by expiry, from a place on: PAGE, the next place (score,
-- member; empty at the end), how many were looked at, how many there are to look at, then serial and
-- the fields of RECORD of each that fits. within (seconds) asks for those that expire so soon and have
-- no successor. The der is left empty unless it is asked for.
local CERTS_SCAN = 250
register('certs', function(keys, args)
	local pool, now = keys[1], math.floor(now_ms() / 1000)
	local a = named(args, {'ca', 'score', 'member', 'profile', 'subject', 'source', 'within', 'der', 'req'})
	local index, last = pool .. ':exp:' .. a.ca, nil
	if a.within ~= '' then
		last = now + tonumber(a.within)
		a.score = a.score ~= '' and a.score or string.format('%d', now)
	end
	local found, score, member = walk(index, a.score, a.member, CERTS_SCAN)
	local out = {'PAGE', score, member, #found / 2, last and redis.call('ZCOUNT', index, now, last) or
		redis.call('ZCARD', index)}
	for i = 1, #found, 2 do
		if last and tonumber(found[i + 1]) > last then
			out[2], out[3], out[4] = '', '', (i - 1) / 2
			break
		end
		if cert_fits(pool, a, found[i]) then
			local t = record_get(pool, a.ca, found[i])
			if a.der == '' then
				t[1] = ''
			end
			out[#out + 1] = {found[i], unpack(t)}
		end
	end
	return out
end)

-- orphans: intents to sign, older than so many ms, of which no certificate is known, from a place on:
-- PAGE, the next place, then time in ms, ca, serial, profile, request and digest of each, and what the
-- request is now ('' when it is forgotten or has another serial).
register('orphans', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'score', 'member', 'age'})
	local found, score, member = walk(pool .. ':int', a.score, a.member, 500)
	local out = {'PAGE', score, member}
	for i = 1, #found, 2 do
		if tonumber(found[i + 1]) > now - tonumber(a.age) then
			out[2], out[3] = '', ''
			break
		end
		local ca, serial, profile, req, tbs =
			string.match(found[i], '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
		if ca and redis.call('EXISTS', pool .. ':crt:' .. ca .. ':' .. serial) == 0 then
			local rq = fields(pool .. ':rq:' .. req, {'st', 'serial'})
			out[#out + 1] = {found[i + 1], ca, serial, profile, req, tbs,
				rq.serial == serial and rq.st or ''}
		end
	end
	return out
end)
