
-- Exactly-once issuing. rq:<req> is the state of one request, whoever sends it and however often:
--   S signing    an intent is recorded: serial, digest, the plan to sign; owned until the lease ends
--   I issued     the certificate
--   P pending    waits for the operator    A approved    D rejected
-- word is the operator's, under a seal that only a host can make and check: without it A is nothing.
-- tx:<hash> leads from a transactionID and the key of its signer to the request. A challenge that is
-- claimed leads to the request too and never becomes free again.

local RQ = {'st', 'serial', 'owner', 'lease', 'fence', 'conf', 'cert', 'plan', 'tbs', 'mac', 'keep', 'ca',
	'word'}

-- Whether an issued certificate may be handed out again. A challenge that is spent has no other answer
-- than its own; whoever needs none gets another certificate from another CA.
local function may_replay(pool, a, rq)
	if redis.call('HGET', pool .. ':crt:' .. rq.ca .. ':' .. rq.serial, 'rev') then
		return false
	end
	if a.kind == 'static' then
		return rq.conf == a.conf
	end
	return rq.ca == a.ca or a.kind == 'dynamic'
end

-- Binds the challenge and points the transaction to the request, for so long.
local function claim(pool, a, ttl_ms)
	if a.mac ~= '' then
		local ch = pool .. ':ch:' .. a.mac
		redis.call('HSET', ch, 'req', a.req)
		redis.call('PEXPIRE', ch, ttl_ms)
		redis.call('ZREM', pool .. ':pend:' .. a.profile, a.mac)
	end
	redis.call('SET', pool .. ':tx:' .. a.tx, a.req, 'PX', ttl_ms)
end

local function intent_member(ca, profile, req, serial, tbs)
	return ca .. ' ' .. serial .. ' ' .. profile .. ' ' .. req .. ' ' .. tbs
end

-- Records the intent to sign and makes the caller its owner.
local function begin(pool, a, rq, now)
	local key, ttl = pool .. ':rq:' .. a.req, tonumber(a.keep) * 1000
	local fence = (tonumber(rq.fence) or 0) + 1
	a.mac = a.mac ~= '' and a.mac or rq.mac or ''
	claim(pool, a, ttl)
	redis.call('HSET', key, 'st', 'S', 'serial', a.serial, 'tbs', a.tbs, 'plan', a.plan, 'owner', a.owner,
		'lease', now + tonumber(a.lease) * 1000, 'fence', fence, 'conf', a.conf, 'ca', a.ca,
		'p', a.profile, 'mac', a.mac, 'keep', a.keep)
	redis.call('HDEL', key, 'cert')
	redis.call('PEXPIRE', key, ttl)
	redis.call('ZADD', pool .. ':int', now, intent_member(a.ca, a.profile, a.req, a.serial, a.tbs))
	redis.call('ZREM', pool .. ':pq:' .. a.profile, a.req)
	return {'RESERVED', fence}
end

-- Puts a request into the queue of the operator, once.
local function enqueue(pool, a, now)
	local key, queue = pool .. ':rq:' .. a.req, pool .. ':pq:' .. a.profile
	local ttl = tonumber(a.pending_ttl) * 1000
	redis.call('ZREMRANGEBYSCORE', queue, '-inf', now)
	if redis.call('ZCARD', queue) >= tonumber(a.pending_max) then
		return {'FULL'}
	end
	redis.call('ZADD', queue, now + ttl, a.req) -- first: what is pending can always be seen
	claim(pool, a, ttl)
	redis.call('HSET', key, 'st', 'P', 'plan', a.plan, 'about', a.about, 'at', now, 'ca', a.ca,
		'p', a.profile, 'mac', a.mac, 'conf', a.conf, 'sub', a.subject, 'san', a.sans,
		'shown', a.shown)
	redis.call('HDEL', key, 'word', 'decided', 'who')
	redis.call('PEXPIRE', key, ttl)
	return {'PENDING'}
end

-- Somebody else may be signing: wait for the lease, then take over what was planned.
local function resume(pool, a, rq, now)
	if rq.owner ~= a.owner and tonumber(rq.lease) > now then
		-- The client is told to poll, so its transaction must lead somewhere.
		redis.call('SET', pool .. ':tx:' .. a.tx, a.req, 'PX', tonumber(a.keep) * 1000)
		return {'BUSY'}
	end
	if a.anew == rq.serial then
		return begin(pool, a, rq, now)
	end
	local key, ttl = pool .. ':rq:' .. a.req, tonumber(a.keep) * 1000
	a.mac = a.mac ~= '' and a.mac or rq.mac or ''
	claim(pool, a, ttl)
	-- Whatever stopped begin in its middle (an account that lacks a command): nothing is signed whose
	-- intent does not stand in the index.
	redis.call('ZADD', pool .. ':int', 'NX', now, intent_member(a.ca, a.profile, a.req, rq.serial, rq.tbs))
	redis.call('HSET', key, 'owner', a.owner, 'lease', now + tonumber(a.lease) * 1000, 'keep', a.keep)
	redis.call('PEXPIRE', key, ttl)
	return {'RESUME', redis.call('HINCRBY', key, 'fence', 1), rq.plan, rq.word or ''}
end

-- The answer for a request of which something is known; nil: begin.
local function known(pool, a, rq, now)
	if rq.st == 'I' and may_replay(pool, a, rq) then
		-- This write makes a WAIT on this connection cover the commit of another one.
		redis.call('HINCRBY', pool .. ':rq:' .. a.req, 'again', 1)
		redis.call('SET', pool .. ':tx:' .. a.tx, a.req, 'PX', tonumber(a.keep) * 1000)
		return {'ISSUED', rq.cert}
	end
	if rq.st == 'I' and a.kind ~= 'static' and a.kind ~= 'manual' and
		not (a.kind == 'renewal' and rq.ca ~= a.ca) then
		return {'USED'}
	end
	if rq.st == 'S' then
		return resume(pool, a, rq, now)
	end
	if rq.st == 'P' then
		redis.call('SET', pool .. ':tx:' .. a.tx, a.req, 'PX', tonumber(a.pending_ttl) * 1000)
		return {'PENDING'}
	end
	if rq.st == 'D' then
		return {'DENIED'}
	end
	return nil
end

-- reserve: RESERVED fence | RESUME fence plan word | APPROVED word | ISSUED cert | PENDING | DENIED |
-- BUSY | NONE | USED | BOUND | FULL | SERIAL | OFF | LOST | CLOCK seconds. kind says what the request
-- bases itself on: static (checked by the caller), dynamic (mac), manual, renewal (checked by the
-- caller), or approved (a request that must be known already). anew is the serial of an intent that
-- cannot be signed any more; word the operator's, which the caller has checked: APPROVED asks for that;
-- shown the seal of what the operator will see.
register('reserve', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'host_time', 'owner', 'ca', 'profile', 'req', 'tx', 'kind', 'mac', 'serial',
		'tbs', 'plan', 'conf', 'keep', 'lease', 'mode', 'pending_ttl', 'pending_max', 'subject', 'sans',
		'anew', 'about', 'word', 'shown'})
	local off_by = tonumber(a.host_time) - math.floor(now / 1000)
	if math.abs(off_by) > CLOCK_MAX then
		return {'CLOCK', off_by}
	end
	expect(pool .. ':tx:' .. a.tx, 'string')
	expect(pool .. ':int', 'zset')
	expect(pool .. ':pend:' .. a.profile, 'zset')
	expect(pool .. ':pq:' .. a.profile, 'zset')
	if is_off(pool, a.profile) then
		return {'OFF'}
	end
	if a.kind == 'dynamic' then
		local refusal = challenge_verdict(pool, a, now)
		if refusal then
			return refusal
		end
	end
	local rq = fields(pool .. ':rq:' .. a.req, RQ)
	local answer = known(pool, a, rq, now)
	if answer then
		return answer
	end
	if a.kind == 'approved' and rq.st ~= 'A' then
		return {'NONE'}
	end
	if rq.st == 'A' and rq.word ~= a.word then
		return {'APPROVED', rq.word or ''}
	end
	if rq.st ~= 'A' and a.word ~= '' then
		return {'LOST'}
	end
	if a.mode == 'manual' and rq.st ~= 'A' then
		return enqueue(pool, a, now)
	end
	if redis.call('EXISTS', pool .. ':crt:' .. a.ca .. ':' .. a.serial) == 1 then
		return {'SERIAL'}
	end
	return begin(pool, a, rq, now)
end)

-- commit: COMMITTED | ISSUED cert (of another one who was faster) | LOST. Only the owner of the newest
-- intent commits; the first commit wins. before ("ca serial") is the certificate that this one renews,
-- to be revoked so many seconds from now; empty: never.
register('commit', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'owner', 'fence', 'ca', 'profile', 'req', 'serial', 'cert', 'not_after',
		'grace', 'subject', 'sans', 'source', 'by', 'spki', 'note', 'before', 'before_lives'})
	local key = pool .. ':rq:' .. a.req
	local rq = fields(key, RQ)
	local revoked = revoked_get(pool, rq.ca or a.ca, rq.serial or a.serial)
	expect(pool .. ':exp:' .. a.ca, 'zset')
	expect(pool .. ':int', 'zset')
	expect(pool .. ':log', 'stream')
	expect(pool .. ':sup', 'zset')
	if rq.st == 'I' then
		if revoked then
			return {'LOST'}
		end
		redis.call('HINCRBY', key, 'again', 1)
		return {'ISSUED', rq.cert}
	end
	if rq.st ~= 'S' or rq.owner ~= a.owner or rq.fence ~= a.fence or rq.serial ~= a.serial then
		return {'LOST'}
	end
	record_put(pool, a, now)
	if revoked then -- by somebody who had it from elsewhere
		record_revoke(pool, a.ca, a.serial, revoked)
	end
	redis.call('HSET', key, 'st', 'I', 'cert', a.cert)
	redis.call('HDEL', key, 'plan', 'owner', 'lease', 'about', 'word')
	redis.call('PEXPIRE', key, tonumber(rq.keep) * 1000)
	redis.call('ZREM', pool .. ':int', intent_member(a.ca, a.profile, a.req, a.serial, rq.tbs))
	if a.before ~= '' then
		redis.call('ZADD', pool .. ':sup', 'NX', now + tonumber(a.before_lives) * 1000, a.before)
	end
	note_event(pool, now, a.note)
	return {revoked and 'LOST' or 'COMMITTED'}
end)

-- lookup: what a request whose plan or reply is refused may be told. ISSUED cert | ALIVE (the challenge
-- could be claimed by it) | NONE | USED | BOUND. Writes nothing but the touch of what is issued.
register('lookup', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'ca', 'profile', 'req', 'kind', 'mac', 'conf', 'subject', 'sans'})
	local refusal = challenge_verdict(pool, a, now)
	if refusal then
		return refusal
	end
	local rq = fields(pool .. ':rq:' .. a.req, RQ)
	if rq.st == 'I' and may_replay(pool, a, rq) then
		redis.call('HINCRBY', pool .. ':rq:' .. a.req, 'again', 1)
		return {'ISSUED', rq.cert}
	end
	return {'ALIVE'}
end)

-- poll: ISSUED cert | PENDING | DENIED | READY req plan approved word | NONE. READY: the caller reserves
-- and signs; approved is 1 when the plan waited for the operator, whose word it needs, and dates.
register('poll', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'tx', 'ca', 'profile'})
	local req = redis.call('GET', pool .. ':tx:' .. a.tx)
	if not req then
		return {'NONE'}
	end
	local key = pool .. ':rq:' .. req
	local rq = fields(key, {'st', 'cert', 'plan', 'lease', 'serial', 'ca', 'p', 'word'})
	if rq.p ~= a.profile or rq.ca ~= a.ca then
		return {'NONE'}
	end
	if rq.st == 'I' then
		if redis.call('HGET', pool .. ':crt:' .. a.ca .. ':' .. rq.serial, 'rev') then
			return {'NONE'}
		end
		redis.call('HINCRBY', key, 'again', 1)
		return {'ISSUED', rq.cert}
	end
	if rq.st == 'A' then
		return {'READY', req, rq.plan, 1, rq.word or ''}
	end
	if rq.st == 'S' and tonumber(rq.lease) <= now then
		return {'READY', req, rq.plan, 0, ''}
	end
	if rq.st == 'D' then
		return {'DENIED'}
	end
	return {rq.st and 'PENDING' or 'NONE'}
end)

-- settle: takes an intent off the list of those without a certificate, on the operator's word: DONE |
-- SIGNING (its request would still have it signed).
register('settle', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'ca', 'serial', 'profile', 'req', 'tbs'})
	local rq = fields(pool .. ':rq:' .. a.req, {'st', 'serial'})
	if rq.st == 'S' and rq.serial == a.serial then
		return {'SIGNING'}
	end
	redis.call('ZREM', pool .. ':int', intent_member(a.ca, a.profile, a.req, a.serial, a.tbs))
	return {'DONE'}
end)
