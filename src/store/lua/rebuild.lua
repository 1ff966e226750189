
-- Putting back what a lost server knew, from the logs of the hosts or a backup, and the walk that
-- makes the backup. Challenges never come back: one that was used would be alive again.

local PUT = {'what', 'ca', 'profile', 'serial', 'at', 'not_after', 'cert', 'subject', 'sans', 'source', 'by',
	'spki', 'req', 'tbs', 'rev', 'why'}

-- The rows of a batch: each field is its length in four octets and its octets.
local function put_rows(batch, grace)
	local rows, at = {}, 1
	while at <= #batch do
		local row = {grace = grace}
		for _, name in ipairs(PUT) do
			row[name], at = struct.unpack('>I4c0', batch, at)
		end
		rows[#rows + 1] = row
	end
	return rows
end

-- A revocation whose record is gone counts as long as the row knows when the certificate ends.
local function put_revoked(pool, a, now)
	local record = fields(pool .. ':crt:' .. a.ca .. ':' .. a.serial, {'na', 'rev', 'why'})
	local not_after = tonumber(record.na or a.not_after) or 0
	if revoked_get(pool, a.ca, a.serial) then
		return 'known'
	end
	if not_after == 0 then
		return 'unknown'
	end
	if not record.na and (not_after + tonumber(a.grace)) * 1000 <= now then
		return 'over'
	end
	revoked_put(pool, a.ca, a.serial, not_after, record.rev or a.rev, record.why or a.why)
	return 'new'
end

-- The newest of a subject stays the newest, in whatever order the records come.
local function put_record(pool, a, now)
	local own = owner_key(pool, a.profile, a.subject, a.sans)
	local newest = redis.call('GET', own)
	local other = newest and pool .. ':crt:' .. newest
	local other_at = other and redis.call('HGET', other, 'at')
	record_put(pool, a, now)
	redis.call('HSET', pool .. ':crt:' .. a.ca .. ':' .. a.serial, 'at', a.at)
	if other_at and tonumber(other_at) > tonumber(a.at) then
		redis.call('SET', own, newest, 'PXAT', redis.call('PEXPIRETIME', other))
	end
end

local function put_issued(pool, a, now)
	local key = pool .. ':crt:' .. a.ca .. ':' .. a.serial
	redis.call('ZREM', pool .. ':int', intent_member(a.ca, a.profile, a.req, a.serial, a.tbs))
	if (tonumber(a.not_after) + tonumber(a.grace)) * 1000 <= now then
		return 'over'
	end
	if redis.call('EXISTS', key) == 1 then
		return a.rev ~= '' and put_revoked(pool, a, now) or 'known'
	end
	local revoked = revoked_get(pool, a.ca, a.serial)
	put_record(pool, a, now)
	if revoked then
		record_revoke(pool, a.ca, a.serial, revoked)
	elseif a.rev ~= '' then
		put_revoked(pool, a, now)
	end
	return 'new'
end

local function put_intent(pool, a, now)
	local member = intent_member(a.ca, a.profile, a.req, a.serial, a.tbs)
	if redis.call('EXISTS', pool .. ':crt:' .. a.ca .. ':' .. a.serial) == 1 then
		redis.call('ZREM', pool .. ':int', member)
		return 'known'
	end
	if (tonumber(a.not_after) + tonumber(a.grace)) * 1000 <= now then
		return 'over'
	end
	return redis.call('ZADD', pool .. ':int', 'NX', a.at, member) == 1 and 'new' or 'known'
end

-- put: a batch of rows and the grace in seconds: PUT and how many were new, known already, over (expired
-- longer ago than the grace), and revoked without being known. The same again changes nothing.
register('put', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'batch', 'grace'})
	local rows, n = put_rows(a.batch, a.grace), {new = 0, known = 0, over = 0, unknown = 0}
	local put, last = {issued = put_issued, revoked = put_revoked, intent = put_intent}, nil
	expect(pool .. ':int', 'zset')
	for _, row in ipairs(rows) do
		if row.ca ~= last then
			expect(pool .. ':exp:' .. row.ca, 'zset')
			expect_revocation(pool, row.ca)
			last = row.ca
		end
	end
	for _, row in ipairs(rows) do
		local came = put[row.what](pool, row, now)
		n[came] = n[came] + 1
	end
	return {'PUT', n.new, n.known, n.over, n.unknown}
end)

-- dump: the records of an authority by expiry, from a place on (a score, and how many of that score are
-- behind it): PAGE, the next place (empty at the end), then serial and the fields of RECORD of each.
register('dump', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'ca', 'score', 'skip', 'limit'})
	local skip, limit = tonumber(a.skip) or 0, tonumber(a.limit)
	local found = redis.call('ZRANGE', pool .. ':exp:' .. a.ca, a.score ~= '' and a.score or '-inf', '+inf',
		'BYSCORE', 'LIMIT', skip, limit, 'WITHSCORES')
	local out, last = {'PAGE', '', 0}, a.score
	for i = 1, #found, 2 do
		local t = redis.call('HMGET', pool .. ':crt:' .. a.ca .. ':' .. found[i], unpack(RECORD))
		if t[1] then
			for j = 1, #RECORD do
				t[j] = t[j] or ''
			end
			out[#out + 1] = {found[i], unpack(t)}
		end
		skip = found[i + 1] == last and skip + 1 or 1
		last = found[i + 1]
	end
	if #found == 2 * limit then
		out[2], out[3] = last, skip
	end
	return out
end)

-- What a backup holds besides the records: profiles that are off, the operator's words, when an RA was
-- used last, tokens, what was verified.
local function kept_hash(pool, key)
	if key ~= 'off' and key ~= 'word' and key ~= 'used' and key ~= 'tokens' and key ~= 'install' and
		string.sub(key, 1, 3) ~= 'tk:' then
		error('KEY not one that is kept')
	end
	return pool .. ':' .. key
end

-- dump_hash: HASH, when it ends in ms (-1: never), then its fields and values in turn.
register('dump_hash', function(keys, args)
	local key = kept_hash(keys[1], args[1])
	return {'HASH', redis.call('PEXPIRETIME', key), unpack(redis.call('HGETALL', key))}
end)

-- Whether some name leads to a token: one that was replaced under its name must not come back unseen.
local function token_named(pool, token)
	for _, known in ipairs(redis.call('HVALS', pool .. ':tokens')) do
		if known == token then
			return true
		end
	end
	return false
end

-- put_hash: the fields of a hash that are not there yet, unless it is over, or a token that no name leads
-- to: PUT number.
register('put_hash', function(keys, args)
	local pool, now, n = keys[1], now_ms(), 0
	local key, ends = kept_hash(pool, args[1]), tonumber(args[2])
	local token = string.match(args[1], '^tk:(.*)$')
	if (ends > 0 and ends <= now) or (token and not token_named(pool, token)) then
		return {'PUT', 0}
	end
	for i = 3, #args - 1, 2 do
		n = n + redis.call('HSETNX', key, args[i], args[i + 1])
	end
	if ends > 0 then
		redis.call('PEXPIREAT', key, ends)
	end
	return {'PUT', n}
end)

-- sizes: how much there is under each of the given names: SIZES and the numbers.
register('sizes', function(keys, args)
	local out = {'SIZES'}
	for i, name in ipairs(args) do
		local key = keys[1] .. ':' .. name
		local kind = redis.call('TYPE', key).ok
		if kind == 'zset' then
			out[i + 1] = redis.call('ZCARD', key)
		elseif kind == 'hash' then
			out[i + 1] = redis.call('HLEN', key)
		else
			out[i + 1] = kind == 'stream' and redis.call('XLEN', key) or 0
		end
	end
	return out
end)
