
-- Tokens of those who may fetch challenges. tk:<sha256 of the token> is one: its name, the profiles
-- it is for (ids with spaces between; empty: all), its end. The hash `tokens` leads from names to
-- them.

-- What a token is to a profile ('' where that does not matter): nil or the answer, and its name.
local function token_verdict(pool, token, profile, now)
	local tk = fields(pool .. ':tk:' .. token, {'name', 'profiles', 'exp'})
	if not tk.name then
		return {'TOKEN', 'unknown'}
	end
	if tk.exp ~= '0' and tonumber(tk.exp) <= now then
		return {'TOKEN', 'expired'}
	end
	if profile ~= '' and tk.profiles ~= '' and
			not string.find(' ' .. tk.profiles .. ' ', ' ' .. profile .. ' ', 1, true) then
		return {'FOREIGN', tk.name}, tk.name
	end
	return nil, tk.name
end

-- What becomes of whoever shows a token (a: note, the event but for its end; outcomes, "WORD=slug ...";
-- source, budget, window, unique): it is noted, and a wrong token is counted as a guess. The answer.
local function token_outcome(pool, a, now, answer, name)
	if answer[1] == 'TOKEN' and count_wrong(pool, now, 'token', a) then
		answer[3] = 'BLOCKED'
	end
	if a.note ~= '' then
		local outcome = string.match(a.outcomes, answer[1] .. '=(%S+)') or answer[1]
		local by = name and ',"by":"' .. name .. '"' or ''
		local made = answer[1] == 'MINTED' and ',"challenge":"' .. string.sub(a.mac, 1, 16) .. '"' or ''
		note_event(pool, now, a.note .. by .. made .. ',"outcome":"' .. outcome .. '"}')
	end
	return answer
end

-- token: whether one is good, for a profile or (empty) at all: KNOWN name | TOKEN why [BLOCKED] |
-- FOREIGN name.
register('token', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'token', 'profile', 'note', 'outcomes', 'source', 'budget', 'window', 'unique'})
	expect(pool .. ':log', 'stream')
	local refusal, name = token_verdict(pool, a.token, a.profile, now)
	return token_outcome(pool, a, now, refusal or {'KNOWN', name}, name)
end)

-- token_add: ttl in seconds, 0 without end: ADDED expiry_ms | EXISTS. Adding the same again changes
-- nothing.
register('token_add', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'name', 'token', 'profiles', 'ttl'})
	local key, names = pool .. ':tk:' .. a.token, pool .. ':tokens'
	local known = redis.call('HGET', names, a.name)
	local exp = redis.call('HGET', key, 'exp')
	if known then
		return known == a.token and exp and {'ADDED', tonumber(exp)} or {'EXISTS'}
	end
	exp = tonumber(a.ttl) > 0 and now + tonumber(a.ttl) * 1000 or 0
	redis.call('HSET', key, 'name', a.name, 'profiles', a.profiles, 'exp', exp, 'at', now)
	redis.call('HSET', names, a.name, a.token)
	return {'ADDED', exp}
end)

-- tokens: name, first digits of the digest, profiles, since, end (0: none) and last use of each, by
-- name.
register('tokens', function(keys)
	local pool = keys[1]
	local names, out = redis.call('HKEYS', pool .. ':tokens'), {''}
	table.sort(names)
	for _, name in ipairs(names) do
		local token = redis.call('HGET', pool .. ':tokens', name)
		local tk = fields(pool .. ':tk:' .. token, {'profiles', 'at', 'exp', 'used'})
		out[#out + 1] = {name, string.sub(token, 1, 16), tk.profiles or '', tk.at or '', tk.exp or '',
			tk.used or ''}
	end
	return out
end)

-- token_drop: DROPPED | NONE.
register('token_drop', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'name'})
	local token = redis.call('HGET', pool .. ':tokens', a.name)
	if not token then
		return {'NONE'}
	end
	redis.call('DEL', pool .. ':tk:' .. token)
	redis.call('HDEL', pool .. ':tokens', a.name)
	return {'DROPPED'}
end)
