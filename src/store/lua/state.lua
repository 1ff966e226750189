
-- What every worker must know soon: profiles that are switched off, sources that guessed too often,
-- and the operator's words for all hosts. Workers ask once a second and answer from what they heard.

-- state: for each profile that is off its name and reason; for each blocked source "profile source";
-- the words, name and value in turn; the revocation lists; how many certificates are to be revoked.
register('state', function(keys)
	local pool, now = keys[1], now_ms()
	local block = pool .. ':blk'
	redis.call('ZREMRANGEBYSCORE', block, '-inf', now)
	local lists, due = crl_states(pool, now)
	return {redis.call('HGETALL', pool .. ':off'), redis.call('ZRANGE', block, 0, 9999, 'REV'),
		redis.call('HGETALL', pool .. ':word'), lists, due}
end)

-- note: an outcome for the stream; with a source and a budget it counts as a wrong challenge, and the
-- source is blocked for the window once it has spent it: NOTED | BLOCKED.
register('note', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'note', 'profile', 'source', 'budget', 'window', 'unique'})
	expect(pool .. ':log', 'stream')
	local blocked = count_wrong(pool, now, a.profile, a)
	note_event(pool, now, a.note)
	return {blocked and 'BLOCKED' or 'NOTED'}
end)

-- events: the stream from the newest on, or from before an entry: PAGE, the entry to go on before (''
-- at the end), then id and note of each.
register('events', function(keys, args)
	local a = named(args, {'before'})
	local found = redis.call('XREVRANGE', keys[1] .. ':log', a.before == '' and '+' or '(' .. a.before,
		string.format('%d', now_ms() - STREAM_SPAN), 'COUNT', 500)
	local out = {'PAGE', #found == 500 and found[500][1] or ''}
	for _, entry in ipairs(found) do
		out[#out + 1] = {entry[1], entry[2][2] or ''}
	end
	return out
end)

-- ready: whether the store takes what is written: READY.
register('ready', function(keys)
	redis.call('SET', keys[1] .. ':ready', now_ms(), 'PX', 60000)
	return {'READY'}
end)

-- hello: what a worker checks when it connects: the digest of the library, the proof of the pepper
-- (the first one to connect leaves it), the run id recorded by the administrator, the time in ms, and
-- the oldest protocol that the administrator still admits ('' as long as he has ended none).
register('hello', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'proof'})
	local pepper = pool .. ':pepper'
	local proof = redis.call('GET', pepper)
	if not proof and a.proof ~= '' then
		redis.call('SET', pepper, a.proof)
		proof = a.proof
	end
	local install = fields(pool .. ':install', {'run', 'protocol'})
	return {'@DIGEST@', proof or '', install.run or '', now_ms(), install.protocol or ''}
end)

-- switch: turns a profile off, for a reason that its clients are not told, or on: DONE | SAME.
register('switch', function(keys, args)
	local off = keys[1] .. ':off'
	local a = named(args, {'profile', 'off', 'reason'})
	local was = redis.call('HGET', off, a.profile)
	if a.off == '1' then
		redis.call('HSET', off, a.profile, a.reason)
		return {was == a.reason and 'SAME' or 'DONE'}
	end
	redis.call('HDEL', off, a.profile)
	return {was and 'DONE' or 'SAME'}
end)

-- say: puts down a word of the operator, or takes it back when it is empty: DONE | SAME.
register('say', function(keys, args)
	local words = keys[1] .. ':word'
	local a = named(args, {'name', 'value'})
	local was = redis.call('HGET', words, a.name) or ''
	if a.value == '' then
		redis.call('HDEL', words, a.name)
	else
		redis.call('HSET', words, a.name, a.value)
	end
	return {was == a.value and 'SAME' or 'DONE'}
end)

-- touch: notes that something is in use now, by its name: TOUCHED.
register('touch', function(keys, args)
	local a = named(args, {'name'})
	redis.call('HSET', keys[1] .. ':used', a.name, math.floor(now_ms() / 1000))
	return {'TOUCHED'}
end)
