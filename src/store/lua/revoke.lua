
-- Revocation. rev:<ca> orders the revoked serials of an authority by the end of their certificates, and
-- rvk:<ca> says when and why. crl:<ca> is the list that was published last; its `version` counts the
-- changes of the set and `of` says which of them the list has. cas names the authorities that have any
-- of this. sup orders certificates by when they are to be revoked, since they have a successor.

local function expect_revocation(pool, ca)
	expect(pool .. ':cas', 'set')
	expect(pool .. ':rev:' .. ca, 'zset')
	expect(pool .. ':rvk:' .. ca, 'hash')
	expect(pool .. ':crl:' .. ca, 'hash')
end

-- One change more, so that a new list is due.
local function raise_version(pool, ca)
	redis.call('SADD', pool .. ':cas', ca)
	return redis.call('HINCRBY', pool .. ':crl:' .. ca, 'version', 1)
end

-- "seconds reason" of a revoked serial, or nil.
local function revoked_get(pool, ca, serial)
	return redis.call('HGET', pool .. ':rvk:' .. ca, serial) or nil
end

-- Marks the record of a serial, if there is one, with what the set says of it.
local function record_revoke(pool, ca, serial, known)
	local key = pool .. ':crt:' .. ca .. ':' .. serial
	local at, reason = string.match(known, '^(%S+) (.*)$')
	if redis.call('EXISTS', key) == 1 then
		redis.call('HSET', key, 'rev', at, 'why', reason)
	end
end

-- Puts a serial into the set and marks its record. Whatever stops in the middle, it does not count as
-- known, and a list is made once too often.
local function revoked_put(pool, ca, serial, not_after, at, reason)
	local known = at .. ' ' .. reason
	raise_version(pool, ca)
	redis.call('ZADD', pool .. ':rev:' .. ca, not_after, serial)
	record_revoke(pool, ca, serial, known)
	redis.call('HSET', pool .. ':rvk:' .. ca, serial, known)
end

-- revoke: a serial, since when (seconds; empty: now) and why; not_after (seconds) stands in where there
-- is no record: DONE | SAME "seconds reason" as it was revoked before | UNKNOWN.
register('revoke', function(keys, args)
	local pool, now = keys[1], math.floor(now_ms() / 1000)
	local a = named(args, {'ca', 'serial', 'at', 'reason', 'not_after'})
	local record = fields(pool .. ':crt:' .. a.ca .. ':' .. a.serial, {'na', 'rev', 'why'})
	local known, not_after = revoked_get(pool, a.ca, a.serial), record.na or a.not_after
	expect_revocation(pool, a.ca)
	expect(pool .. ':sup', 'zset')
	redis.call('ZREM', pool .. ':sup', a.ca .. ' ' .. a.serial)
	if known then
		-- This write makes a WAIT on this connection cover what another one has written.
		redis.call('HSET', pool .. ':rvk:' .. a.ca, a.serial, known)
		return {'SAME', known}
	end
	if not_after == '' then
		return {'UNKNOWN'}
	end
	revoked_put(pool, a.ca, a.serial, not_after, record.rev or (a.at ~= '' and a.at or now), record.why or a.reason)
	return {'DONE'}
end)

-- revoked: the set of an authority by the end of the certificates, from a place on: PAGE, the next place
-- (score, member; empty at the end), then serial, end and "seconds reason" of each.
register('revoked', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'ca', 'score', 'member'})
	local found, score, member = walk(pool .. ':rev:' .. a.ca, a.score, a.member, 1000)
	local out = {'PAGE', score, member}
	for i = 1, #found, 2 do
		local why = revoked_get(pool, a.ca, found[i])
		if why then
			out[#out + 1] = {found[i], found[i + 1], why}
		end
	end
	return out
end)

-- superseded: certificates that are to be revoked by now, each given to one caller for a minute: DUE,
-- then authority, serial and end of each.
register('superseded', function(keys)
	local pool, now = keys[1], now_ms()
	local sup, out = pool .. ':sup', {'DUE'}
	for _, member in ipairs(redis.call('ZRANGE', sup, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
		local ca, serial = string.match(member, '^(%S+) (%S+)$')
		local record = ca and fields(pool .. ':crt:' .. ca .. ':' .. serial, {'na', 'rev'}) or {}
		if record.na and not record.rev then
			redis.call('ZADD', sup, now + 60000, member)
			out[#out + 1] = {ca, serial, record.na}
		else
			redis.call('ZREM', sup, member)
		end
	end
	return out
end)

-- What the snapshot of a worker says of the lists: name, version, of, number, from and to of each
-- authority; behind it whether any certificate is to be revoked by now.
local function crl_states(pool, now)
	local out = {}
	for _, ca in ipairs(redis.call('SMEMBERS', pool .. ':cas')) do
		local t = fields(pool .. ':crl:' .. ca, {'version', 'of', 'number', 'from', 'to'})
		out[#out + 1] = {ca, t.version or 0, t.of or 0, t.number or 0, t.from or 0, t.to or 0}
	end
	return out, redis.call('ZCOUNT', pool .. ':sup', '-inf', now)
end

-- crl_lease: the right to make the next list, for ttl seconds, so that not all do the work: LEASE,
-- version, number and begin of the last list, and up to which number a loss was accepted, with the
-- seal of that | BUSY | CLOCK seconds. What was made and refused is not made again until the set has
-- changed.
register('crl_lease', function(keys, args)
	local pool, now = keys[1], now_ms()
	local a = named(args, {'ca', 'host_time', 'owner', 'ttl'})
	local key, off_by = pool .. ':crl:' .. a.ca, tonumber(a.host_time) - math.floor(now / 1000)
	if math.abs(off_by) > CLOCK_MAX then
		return {'CLOCK', off_by}
	end
	local t = fields(key, {'owner', 'lease', 'version', 'number', 'from', 'loss', 'seal', 'tried'})
	local in_vain = t.tried and t.tried == (t.version or '0')
	if t.owner and tonumber(t.lease) > now and (in_vain or (t.owner ~= a.owner and not t.tried)) then
		return {'BUSY'}
	end
	redis.call('HSET', key, 'owner', a.owner, 'lease', now + tonumber(a.ttl) * 1000)
	redis.call('HDEL', key, 'tried')
	return {'LEASE', t.version or 0, t.number or 0, t.from or 0, t.loss or 0, t.seal or ''}
end)

-- Certificates that had ended when the last list was made were on it for the last time.
local function trim_revoked(pool, ca, from)
	local gone = redis.call('ZRANGE', pool .. ':rev:' .. ca, '-inf', '(' .. from, 'BYSCORE', 'LIMIT', 0, 1000)
	if #gone > 0 then
		redis.call('HDEL', pool .. ':rvk:' .. ca, unpack(gone))
		redis.call('ZREM', pool .. ':rev:' .. ca, unpack(gone))
	end
end

-- crl_publish: a list made from version `of` of the set, in the place of number `before`: PUBLISHED |
-- BEHIND number. Not the lease but this comparison keeps an old list from coming after a new one:
-- whoever made it may have slept. A version that the set never had is that of a set that was lost.
register('crl_publish', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'ca', 'before', 'number', 'of', 'from', 'to', 'der'})
	local key = pool .. ':crl:' .. a.ca
	local t = fields(key, {'version', 'of', 'number', 'from'})
	local version, number, of = tonumber(t.version) or 0, tonumber(t.number) or 0, tonumber(a.of)
	expect_revocation(pool, a.ca)
	if number == tonumber(a.number) and redis.call('HGET', key, 'der') == a.der then
		redis.call('HSET', key, 'number', a.number) -- for a WAIT, as above
		return {'PUBLISHED'}
	end
	if number ~= tonumber(a.before) or tonumber(a.number) <= number then
		return {'BEHIND', number}
	end
	if of > version or of < (tonumber(t.of) or 0) then
		return {'BEHIND', number}
	end
	if t.from then
		trim_revoked(pool, a.ca, tonumber(t.from) < tonumber(a.from) and t.from or a.from)
	end
	redis.call('SADD', pool .. ':cas', a.ca)
	redis.call('HSET', key, 'number', a.number, 'of', a.of, 'from', a.from, 'to', a.to, 'der', a.der)
	redis.call('HDEL', key, 'owner', 'lease', 'tried', 'alarm')
	return {'PUBLISHED'}
end)

-- crl_keep: the last good list of a host, where the store has none or an older one, since it lost it:
-- KEPT | SAME. What else was lost will show when the next one is made.
register('crl_keep', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'ca', 'number', 'from', 'to', 'der'})
	local key = pool .. ':crl:' .. a.ca
	expect_revocation(pool, a.ca)
	if (tonumber(redis.call('HGET', key, 'number') or 0)) >= tonumber(a.number) then
		return {'SAME'}
	end
	raise_version(pool, a.ca)
	redis.call('HSET', key, 'number', a.number, 'from', a.from, 'to', a.to, 'der', a.der)
	return {'KEPT'}
end)

-- crl_refuse: why a worker does not publish what it made from that version; the lease then keeps
-- everybody from trying the same again for ttl seconds: NOTED.
register('crl_refuse', function(keys, args)
	local now = now_ms()
	local a = named(args, {'ca', 'owner', 'version', 'ttl', 'alarm'})
	local key = keys[1] .. ':crl:' .. a.ca
	local owner = redis.call('HGET', key, 'owner')
	expect(keys[1] .. ':cas', 'set')
	redis.call('SADD', keys[1] .. ':cas', a.ca)
	redis.call('HSET', key, 'alarm', a.alarm)
	if owner == a.owner then
		redis.call('HSET', key, 'tried', a.version, 'lease', now + tonumber(a.ttl) * 1000)
	end
	return {'NOTED'}
end)

-- crl: the last list: CRL, version, of, number, from, to, alarm, how many serials the set has, up to
-- which number a loss was accepted and the seal of that, the list itself | NONE.
register('crl', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'ca'})
	local t = fields(pool .. ':crl:' .. a.ca, {'version', 'of', 'number', 'from', 'to', 'alarm', 'loss', 'seal',
		'der'})
	if not t.version and not t.number and not t.alarm then
		return {'NONE'}
	end
	return {'CRL', t.version or 0, t.of or 0, t.number or 0, t.from or 0, t.to or 0, t.alarm or '',
		redis.call('ZCARD', pool .. ':rev:' .. a.ca), t.loss or 0, t.seal or '', t.der or ''}
end)

-- crl_mark: has a new list made; with a number it may lack what is on those up to that one: MARKED.
register('crl_mark', function(keys, args)
	local pool = keys[1]
	local a = named(args, {'ca', 'loss', 'seal'})
	expect_revocation(pool, a.ca)
	if a.loss ~= '' then
		redis.call('HSET', pool .. ':crl:' .. a.ca, 'loss', a.loss, 'seal', a.seal)
	end
	raise_version(pool, a.ca)
	return {'MARKED'}
end)
