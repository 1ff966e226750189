
-- The queue of requests that wait for the operator.

local QUEUE = {'st', 'p', 'ca', 'at', 'about', 'sub', 'san', 'serial', 'decided', 'who'}

-- requests: those of a profile that wait or were approved and not fetched yet, from a place on: next,
-- then req, expiry in ms and the fields of QUEUE of each.
register('requests', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'profile', 'from', 'limit'})
	local queue = pool .. ':pq:' .. a.profile
	local from, limit = tonumber(a.from) or 0, tonumber(a.limit) or 100
	redis.call('ZREMRANGEBYSCORE', queue, '-inf', now)
	local found = redis.call('ZRANGE', queue, from, from + limit - 1, 'WITHSCORES')
	local out = {#found == 2 * limit and tostring(from + limit) or ''}
	for i = 1, #found, 2 do
		local t = redis.call('HMGET', pool .. ':rq:' .. found[i], unpack(QUEUE))
		local row = {found[i], found[i + 1]}
		for j = 1, #QUEUE do
			row[j + 2] = t[j] or ''
		end
		out[#out + 1] = row
	end
	return out
end)

-- decide: the operator's word on a pending request: DONE | NONE | STATE word. An approved request keeps
-- its time to be fetched; a rejected one is remembered as long as it would have waited.
register('decide', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'req', 'verdict', 'who'})
	local key = pool .. ':rq:' .. a.req
	local rq = fields(key, {'st', 'p'})
	if not rq.st then
		return {'NONE'}
	end
	expect(pool .. ':pq:' .. rq.p, 'zset')
	if rq.st ~= 'P' and not (rq.st == 'A' and a.verdict == 'D') then
		return {'STATE', rq.st}
	end
	redis.call('HSET', key, 'st', a.verdict, 'decided', now, 'who', a.who)
	if a.verdict == 'D' then
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
	return {'DONE'}
end)
