
-- The hosts of the pool. nodes orders "NAME PROTOCOL" by the time until which it counts as alive;
-- node:<that> is what the host says of itself, JSON that no function reads.

-- report: what a worker says of its host, good for ttl seconds: REPORTED.
register('report', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'node', 'protocol', 'text', 'ttl'})
	local id, ttl = a.node .. ' ' .. a.protocol, tonumber(a.ttl) * 1000
	expect(pool .. ':nodes', 'zset')
	redis.call('ZREMRANGEBYSCORE', pool .. ':nodes', '-inf', now)
	redis.call('ZADD', pool .. ':nodes', now + ttl, id)
	redis.call('SET', pool .. ':node:' .. id, a.text, 'PX', ttl)
	return {'REPORTED'}
end)

-- nodes: the hosts that are alive: NODES, the time, then name with protocol, expiry in ms and text of
-- each.
register('nodes', function(keys)
	local pool, now = keys[1], now_ms()
	redis.call('ZREMRANGEBYSCORE', pool .. ':nodes', '-inf', now)
	local found, out = redis.call('ZRANGE', pool .. ':nodes', 0, 9999, 'WITHSCORES'), {'NODES', now}
	for i = 1, #found, 2 do
		out[#out + 1] = {found[i], found[i + 1], redis.call('GET', pool .. ':node:' .. found[i]) or ''}
	end
	return out
end)
