
-- The queue of requests that wait for the operator, pq:<profile>, and those that he has rejected and
-- that are remembered, dq:<profile>, both by the time at which they are forgotten.

local QUEUE = {'st', 'p', 'ca', 'at', 'about', 'sub', 'san', 'serial', 'decided', 'who', 'shown'}

-- req, expiry in ms and the fields of QUEUE.
local function queue_row(pool, req, expiry)
	local t = redis.call('HMGET', pool .. ':rq:' .. req, unpack(QUEUE))
	local row = {req, expiry}
	for i = 1, #QUEUE do
		row[i + 2] = t[i] or ''
	end
	return row
end

-- requests: those of a profile that wait or were approved and not fetched yet, by expiry, from a place
-- on: PAGE and the next place (score, member; empty at the end), then a row each.
register('requests', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'score', 'member'})
	local queue = pool .. ':pq:' .. a.profile
	redis.call('ZREMRANGEBYSCORE', queue, '-inf', now)
	local found, score, member = walk(queue, a.score, a.member, 100)
	local out = {'PAGE', score, member}
	for i = 1, #found, 2 do
		out[#out + 1] = queue_row(pool, found[i], found[i + 1])
	end
	return out
end)

-- requests_named: those of a list (pq or dq) whose name begins so: PAGE and the next place, then the
-- names.
register('requests_named', function(keys, args)
	local a = named(args, {'profile', 'score', 'member', 'begins', 'list'})
	local list = keys[1] .. (a.list == 'dq' and ':dq:' or ':pq:') .. a.profile
	redis.call('ZREMRANGEBYSCORE', list, '-inf', now_ms())
	local found, score, member = walk(list, a.score, a.member, 1000)
	local out = {'PAGE', score, member}
	for i = 1, #found, 2 do
		if string.sub(found[i], 1, #a.begins) == a.begins then
			out[#out + 1] = found[i]
		end
	end
	return out
end)

-- request: one request, whatever its state: FOUND row | NONE.
register('request', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'req'})
	local left = redis.call('PTTL', pool .. ':rq:' .. a.req)
	if left < 0 then
		return {'NONE'}
	end
	return {'FOUND', queue_row(pool, a.req, now_ms() + left)}
end)

-- decide: the operator's word on a pending request: DONE | NONE | STATE word. An approved request keeps
-- its time to be fetched; a rejected one is remembered as long as it would have waited. The same word
-- again changes nothing; word is the approval under its seal, which takes the place of one that has none.
register('decide', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'req', 'verdict', 'who', 'word'})
	local key = pool .. ':rq:' .. a.req
	local rq = fields(key, {'st', 'p', 'word'})
	if not rq.st then
		return {'NONE'}
	end
	expect(pool .. ':pq:' .. rq.p, 'zset')
	expect(pool .. ':dq:' .. rq.p, 'zset')
	if rq.st == a.verdict and (rq.word or '') == a.word then
		return {'DONE'}
	end
	if rq.st ~= 'P' and rq.st ~= 'A' then
		return {'STATE', rq.st}
	end
	redis.call('HSET', key, 'st', a.verdict, 'decided', now, 'who', a.who, 'word', a.word)
	if a.verdict == 'D' then
		redis.call('ZADD', pool .. ':dq:' .. rq.p, now + redis.call('PTTL', key), a.req)
		redis.call('ZREM', pool .. ':pq:' .. rq.p, a.req)
	end
	return {'DONE'}
end)

-- forget: drops what is remembered of a request that is not being signed: DONE | NONE | STATE word. A
-- claimed challenge stays claimed.
register('forget', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'req'})
	local key = pool .. ':rq:' .. a.req
	local rq = fields(key, {'st', 'p', 'lease'})
	if not rq.st then
		return {'NONE'}
	end
	expect(pool .. ':pq:' .. rq.p, 'zset')
	if rq.st == 'S' and tonumber(rq.lease) > now then
		return {'STATE', rq.st}
	end
	redis.call('DEL', key)
	redis.call('ZREM', pool .. ':pq:' .. rq.p, a.req)
	redis.call('ZREM', pool .. ':dq:' .. rq.p, a.req)
	return {'DONE'}
end)
