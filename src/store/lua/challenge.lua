
-- One-time challenges. ch:<mac> is a challenge: profile, expiry, who made it, what it is bound to,
-- and, once claimed, the request that claimed it. pend:<profile> holds the unclaimed ones by expiry:
-- trimmed and counted where one is added, so that the number is exact whatever dies.

-- Whether a profile is switched off.
local function is_off(pool, profile)
	return redis.call('HEXISTS', pool .. ':off', profile) == 1
end

local function pending_count(pool, profile, now)
	local pend = pool .. ':pend:' .. profile
	redis.call('ZREMRANGEBYSCORE', pend, '-inf', now)
	return redis.call('ZCARD', pend), pend
end

-- mint: MINTED expiry_ms | FULL seconds | OFF. Calling it again with the same mac changes nothing. A
-- challenge is counted before it exists: whatever stops in the middle, none is alive and not counted.
register('mint', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'mac', 'ttl', 'max', 'by', 'subject', 'sans', 'bound'})
	local ch = pool .. ':ch:' .. a.mac
	local n, pend = pending_count(pool, a.profile, now)
	local exp = redis.call('HGET', ch, 'exp')
	if is_off(pool, a.profile) then
		return {'OFF'}
	end
	if exp then
		-- This write makes a WAIT on this connection cover what another one has written.
		redis.call('HSET', ch, 'exp', exp)
		return {'MINTED', tonumber(exp)}
	end
	if n >= tonumber(a.max) then
		local first = redis.call('ZRANGE', pend, 0, 0, 'WITHSCORES')
		return {'FULL', math.max(1, math.ceil((tonumber(first[2]) - now) / 1000))}
	end
	exp = now + tonumber(a.ttl) * 1000
	redis.call('ZADD', pend, exp, a.mac)
	redis.call('HSET', ch, 'p', a.profile, 'exp', exp, 'by', a.by, 'at', now)
	if a.bound == '1' then
		redis.call('HSET', ch, 'sub', a.subject, 'san', a.sans)
	end
	redis.call('PEXPIREAT', ch, exp)
	return {'MINTED', exp}
end)

-- Whether every line of `asked` is a line of `allowed`.
local function lines_within(asked, allowed)
	local set = {}
	for line in string.gmatch(allowed, '[^\n]+') do
		set[line] = true
	end
	for line in string.gmatch(asked, '[^\n]+') do
		if not set[line] then
			return false
		end
	end
	return true
end

-- A bound challenge is good for its names alone. Where only alternative names are bound, the subject
-- is absent or a single CN that is one of them.
local function binding_fits(ch, subject, sans)
	if not ch.sub then
		return true
	end
	if not lines_within(sans, ch.san) then
		return false
	end
	if ch.sub ~= '' then
		return subject == ch.sub
	end
	local cn = string.match(subject, '^CN=([^,+\\]+)$')
	return subject == '' or (cn ~= nil and (lines_within('DNS:' .. string.lower(cn), ch.san) or
		lines_within('IP:' .. cn, ch.san)))
end

-- What a challenge is to a request: nil (it may be claimed or is this request's own), or the answer.
local function challenge_verdict(pool, a, now)
	local ch = fields(pool .. ':ch:' .. a.mac, {'p', 'exp', 'req', 'sub', 'san'})
	if not ch.p or ch.p ~= a.profile then
		return {'NONE'}
	end
	if ch.req then
		if ch.req ~= a.req then
			return {'USED'}
		end
		return nil, true
	end
	if tonumber(ch.exp) <= now then
		return {'NONE'}
	end
	if not binding_fits(ch, a.subject, a.sans) then
		return {'BOUND'}
	end
	return nil, false
end

-- challenges: the unclaimed ones of a profile, from a place on: next, then mac, expiry, who, subject,
-- names of each. The place is '' at the end.
register('challenges', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'from', 'limit'})
	local from, limit = tonumber(a.from) or 0, tonumber(a.limit) or 100
	local _, pend = pending_count(pool, a.profile, now)
	local macs = redis.call('ZRANGE', pend, from, from + limit - 1)
	local out = {#macs == limit and tostring(from + limit) or ''}
	for _, mac in ipairs(macs) do
		local ch = fields(pool .. ':ch:' .. mac, {'exp', 'by', 'at', 'sub', 'san'})
		out[#out + 1] = {mac, ch.exp or '', ch.by or '', ch.at or '', ch.sub or '', ch.san or ''}
	end
	return out
end)

-- drop: revokes the unclaimed challenges of a profile whose mac begins so ('' is all of them), at
-- most so many in one call: DROPPED number.
register('drop', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'begins', 'limit'})
	local _, pend = pending_count(pool, a.profile, now)
	local n = 0
	for _, mac in ipairs(redis.call('ZRANGE', pend, 0, -1)) do
		if n < tonumber(a.limit) and string.sub(mac, 1, #a.begins) == a.begins then
			redis.call('DEL', pool .. ':ch:' .. mac)
			redis.call('ZREM', pend, mac)
			n = n + 1
		end
	end
	return {'DROPPED', n}
end)
