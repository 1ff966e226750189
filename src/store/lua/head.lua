#!lua name=scepd@PROTOCOL@
-- SPDX-License-Identifier: ISC
--
-- The function library of scepd: every step that must happen whole or not at all, for all workers
-- of all hosts. A function is called with one key, the prefix of the pool in braces, so that all
-- keys of a pool share one hash slot; everything else is an argument. Names carry the number of the
-- protocol, since they are global in a server. The rules of every function: time is the server's;
-- read and check first, write last, because an error on the way undoes nothing; answer with a word
-- in upper case and what belongs to it; nothing of a client stands in an error.

local function now_ms()
	local t = redis.call('TIME')
	return t[1] * 1000 + math.floor(t[2] / 1000)
end

local CLOCK_MAX = 60 -- seconds that the clocks of host and server may differ

-- Gives the arguments their names, in order.
local function named(args, names)
	local t = {}
	for i, name in ipairs(names) do
		t[name] = args[i] or ''
	end
	return t
end

-- The fields of a hash by name; what is absent is nil.
local function fields(key, names)
	local values, t = redis.call('HMGET', key, unpack(names)), {}
	for i, name in ipairs(names) do
		t[name] = values[i] or nil
	end
	return t
end

-- Fails now, before anything is written, when a key holds another type than it should.
local function expect(key, kind)
	local found = redis.call('TYPE', key).ok
	if found ~= 'none' and found ~= kind then
		error('WRONGTYPE ' .. kind .. ' expected')
	end
end

-- A walk over a sorted set goes on behind a place, a score and a member that may be gone by now; the
-- empty place is the beginning. Where that is, as a rank.
local function rank_behind(key, score, member)
	if score == '' then
		return 0
	end
	local low, high = redis.call('ZCOUNT', key, '-inf', '(' .. score), redis.call('ZCOUNT', key, '-inf', score)
	while low < high do
		local middle = math.floor((low + high) / 2)
		if redis.call('ZRANGE', key, middle, middle)[1] <= member then
			low = middle + 1
		else
			high = middle
		end
	end
	return low
end

-- One step of such a walk: at most so many members with their scores, and the next place as a score and
-- a member, empty at the end.
local function walk(key, score, member, many)
	local first = rank_behind(key, score, member)
	local found = redis.call('ZRANGE', key, first, first + many - 1, 'WITHSCORES')
	if #found < 2 * many then
		return found, '', ''
	end
	return found, found[#found], found[#found - 1]
end

-- Puts an event into the stream of outcomes of the last 24 hours; note is JSON.
local STREAM_MAX, STREAM_SPAN = 200000, 86400000
local function note_event(pool, now, note)
	if note ~= '' then
		redis.call('XADD', pool .. ':log', 'MAXLEN', '~', STREAM_MAX, '*', 'n', note)
		redis.call('XTRIM', pool .. ':log', 'MINID', '~', string.format('%d-0', now - STREAM_SPAN))
	end
end

-- Counts a wrong guess at a profile or a thing (a: source, budget, window in seconds, unique); the source
-- is blocked for the window once it has spent its budget: whether it is. Without a budget nothing is
-- counted.
local function count_wrong(pool, now, at, a)
	local budget = tonumber(a.budget) or 0
	if a.source == '' or budget <= 0 then
		return false
	end
	local wrong, window = pool .. ':bad:' .. at .. ':' .. a.source, tonumber(a.window) * 1000
	redis.call('ZREMRANGEBYSCORE', wrong, '-inf', now - window)
	redis.call('ZADD', wrong, now, a.unique)
	redis.call('PEXPIRE', wrong, window)
	if redis.call('ZCARD', wrong) < budget then
		return false
	end
	redis.call('ZADD', pool .. ':blk', now + window, at .. ' ' .. a.source)
	return true
end

local function register(name, body)
	redis.register_function('scepd@PROTOCOL@_' .. name, body)
end
