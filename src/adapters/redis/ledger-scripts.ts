/*
 * The scripts of the ledger. Each reads, decides, and writes at most once: an append-only file that
 * is cut inside a transaction of several writes swallows what comes after it. Each may run twice.
 * Instants that tell whose business a letter is are the store's own, so that no two mailers'
 * clocks are compared.
 */

const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

/**
 * KEYS: the page. ARGV: the letter's field, the intent as JSON, how long it is held, the customer,
 * the consent that is asked for, then `max` and `since` of each cap. Answers `claimed` and the
 * entry; `taken`, the entry and for how long; or why not.
 */
export const CLAIM = `${NOW}
local intent = cjson.decode(ARGV[2])
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored then
  local old = cjson.decode(stored)
  local held = math.max(0, (tonumber(old.heldUntil) or 0) - now)
  if old.state == 'intent' and old.writer == intent.writer then
    old.heldUntil = now + tonumber(ARGV[3])
    local held = cjson.encode(old)
    redis.call('HSET', KEYS[1], ARGV[1], held)
    return {'claimed', held}
  end
  local isRepeat = old.state == 'intent'
  local isOpen = old.state == 'waiting'
    or (isRepeat and not old.isMarketing and not old.isRepeat)
  if held > 0 or not isOpen then return {'taken', stored, held} end
  intent.revision = (tonumber(old.revision) or 0) + 1
  intent.tries = old.tries
  if isRepeat or old.isRepeat then intent.isRepeat = true end
end
if ARGV[5] ~= 'none' then
  local isGiven = false
  for _, scope in ipairs({'*', intent.campaign}) do
    local consent = redis.call('HGET', KEYS[1], 'c:' .. scope)
    local state = consent and cjson.decode(consent).state
    if state == 'withdrawn' then return {'unsubscribed'} end
    if state == 'given' then isGiven = true end
  end
  if ARGV[5] == 'opt-in' and not isGiven then return {'no-consent'} end
end
if intent.isMarketing and #ARGV > 5 then
  local ats = {}
  local page = redis.call('HGETALL', KEYS[1])
  for i = 1, #page, 2 do
    if page[i] ~= ARGV[1] and string.sub(page[i], 1, 2) == 'm:' then
      local letter = cjson.decode(page[i + 1])
      local isCounted = letter.state == 'intent' or letter.state == 'sent'
        or letter.state == 'unknown'
      if isCounted and letter.isMarketing then ats[#ats + 1] = tonumber(letter.at) end
    end
  end
  for i = 6, #ARGV, 2 do
    local count = 0
    for _, at in ipairs(ats) do
      if at > tonumber(ARGV[i + 1]) then count = count + 1 end
    end
    if count >= tonumber(ARGV[i]) then return {'frequency-cap'} end
  end
end
intent.heldUntil = now + tonumber(ARGV[3])
local written = cjson.encode(intent)
redis.call('HSET', KEYS[1], ARGV[1], written, 'id', ARGV[4])
return {'claimed', written}
`;

/** KEYS: the page. ARGV: field, entry, how long it is held, customer. Answers what is there now. */
export const PUT = `${NOW}
local entry = cjson.decode(ARGV[2])
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored and (tonumber(cjson.decode(stored).revision) or 0) >= entry.revision then
  return stored
end
if tonumber(ARGV[3]) > 0 then entry.heldUntil = now + tonumber(ARGV[3]) end
local written = cjson.encode(entry)
redis.call('HSET', KEYS[1], ARGV[1], written, 'id', ARGV[4])
return written
`;

/** KEYS: the page. Answers the store's clock, and the page's fields and values. */
export const PAGE = `${NOW}
return {now, redis.call('HGETALL', KEYS[1])}
`;

/**
 * KEYS: the page. ARGV: the instant before which letters are dropped. A page without letters and
 * consents goes as a whole. Answers how many letters were dropped.
 */
export const PRUNE = `
local page = redis.call('HGETALL', KEYS[1])
local old = {}
local isEmpty = true
for i = 1, #page, 2 do
  local isLetter = string.sub(page[i], 1, 2) == 'm:'
  local at = isLetter and tonumber(cjson.decode(page[i + 1]).at) or 0
  if isLetter and at < tonumber(ARGV[1]) and #old < 1000 then
    old[#old + 1] = page[i]
  elseif page[i] ~= 'id' then
    isEmpty = false
  end
end
if #old == 0 then return 0 end
if isEmpty then redis.call('DEL', KEYS[1]) else redis.call('HDEL', KEYS[1], unpack(old)) end
return #old
`;
