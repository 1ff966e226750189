
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

-- What keeps a challenge from being minted, and the expiry of one that is there already; nil, nil: go
-- on.
local function mint_refusal(pool, a, now)
	local n, pend = pending_count(pool, a.profile, now)
	local exp = redis.call('HGET', pool .. ':ch:' .. a.mac, 'exp')
	local reason = redis.call('HGET', pool .. ':off', a.profile)
	if reason then
		return {'OFF', reason}
	end
	if not exp and n >= tonumber(a.max) then
		local first = redis.call('ZRANGE', pend, 0, 0, 'WITHSCORES')
		return {'FULL', math.max(1, math.ceil((tonumber(first[2]) - now) / 1000))}
	end
	return nil, exp
end

-- Writes a challenge, once: calling it again with the same mac changes nothing. Its expiry in ms. It is
-- counted before it exists: whatever stops in the middle, none is alive and not counted.
local function mint_put(pool, a, now, exp)
	local ch = pool .. ':ch:' .. a.mac
	if exp then
		-- This write makes a WAIT on this connection cover what another one has written.
		redis.call('HSET', ch, 'exp', exp)
		return tonumber(exp)
	end
	exp = now + tonumber(a.ttl) * 1000
	redis.call('ZADD', pool .. ':pend:' .. a.profile, exp, a.mac)
	redis.call('HSET', ch, 'p', a.profile, 'exp', exp, 'by', a.by, 'at', now)
	if a.bound == '1' then
		redis.call('HSET', ch, 'sub', a.subject, 'san', a.sans)
	end
	redis.call('PEXPIREAT', ch, exp)
	return exp
end

-- mint: for the operator, whose name is `by`: MINTED expiry_ms | FULL seconds | OFF reason.
register('mint', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'mac', 'ttl', 'max', 'by', 'subject', 'sans', 'bound'})
	local refusal, exp = mint_refusal(pool, a, now)
	return refusal or {'MINTED', mint_put(pool, a, now, exp)}
end)

-- mint_by_token: for whoever has a token; a revoked one is good for nothing from then on: MINTED
-- expiry_ms name | FULL seconds name | OFF reason name | TOKEN why [BLOCKED] | FOREIGN name.
register('mint_by_token', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'token', 'profile', 'mac', 'ttl', 'max', 'subject', 'sans', 'bound', 'note',
		'outcomes', 'source', 'budget', 'window', 'unique'})
	expect(pool .. ':log', 'stream')
	local refusal, name = token_verdict(pool, a.token, a.profile, now)
	if refusal then
		return token_outcome(pool, a, now, refusal, name)
	end
	local exp
	a.by = name
	refusal, exp = mint_refusal(pool, a, now)
	if refusal then
		refusal[3] = name
		return token_outcome(pool, a, now, refusal, name)
	end
	exp = mint_put(pool, a, now, exp)
	redis.call('HSET', pool .. ':tk:' .. a.token, 'used', now)
	return token_outcome(pool, a, now, {'MINTED', exp, name}, name)
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

-- The place in a list by expiry behind the member that was shown last ("score member"), whatever has
-- left the list since.
local function place_after(list, last)
	local score, member = string.match(last, '^(%d+) (.+)$')
	if not score then
		return 0
	end
	local rank = redis.call('ZRANK', list, member)
	return rank and rank + 1 or redis.call('ZCOUNT', list, '-inf', '(' .. score)
end

-- challenges: the unclaimed ones of a profile, after the place where the last answer ended: the place
-- for the next ('' at the end), then mac, expiry, who, since, subject, names of each.
register('challenges', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'from', 'limit'})
	local limit = tonumber(a.limit) or 100
	local _, pend = pending_count(pool, a.profile, now)
	local from = place_after(pend, a.from)
	local found = redis.call('ZRANGE', pend, from, from + limit - 1, 'WITHSCORES')
	local full = #found == 2 * limit
	local out = {full and string.format('%.0f %s', tonumber(found[#found]), found[#found - 1]) or ''}
	for i = 1, #found, 2 do
		local ch = fields(pool .. ':ch:' .. found[i], {'exp', 'by', 'at', 'sub', 'san'})
		out[#out + 1] = {found[i], ch.exp or '', ch.by or '', ch.at or '', ch.sub or '', ch.san or ''}
	end
	return out
end)

-- drop: revokes the unclaimed challenges of a profile whose mac begins so ('' is all of them), at
-- most so many in one call: DROPPED number.
register('drop', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'begins', 'limit'})
	local _, pend = pending_count(pool, a.profile, now)
	local n, last = 0, a.begins == '' and tonumber(a.limit) - 1 or -1
	for _, mac in ipairs(redis.call('ZRANGE', pend, 0, last)) do
		if n < tonumber(a.limit) and string.sub(mac, 1, #a.begins) == a.begins then
			redis.call('DEL', pool .. ':ch:' .. mac)
			redis.call('ZREM', pend, mac)
			n = n + 1
		end
	end
	return {'DROPPED', n}
end)
