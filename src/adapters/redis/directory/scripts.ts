/*
 * The scripts of the directory. KEYS: a customer's key; a text in it is the key of whom they have
 * joined, or a bar. Each writes at most once (see the scripts of the ledger for why), and may run
 * twice.
 */

const LEADS_ON = `
if redis.call('TYPE', KEYS[1]).ok == 'string' then return redis.call('GET', KEYS[1]) end
`;

/** Answers the text; or fields and values in turn. */
export const READ = `${LEADS_ON}
return redis.call('HGETALL', KEYS[1])
`;

/** ARGV: who wins at the same event time, fields and values in turn. Answers the text, or ''. */
export const MERGE = `${LEADS_ON}
local function at(value) return tonumber(string.match(value, '^%S+')) end
local news = {}
for i = 2, #ARGV, 2 do
  local stored = redis.call('HGET', KEYS[1], ARGV[i])
  local ageMs = stored and at(ARGV[i + 1]) - at(stored)
  if not stored or ageMs > 0 or (ageMs == 0 and ARGV[1] == 'later') then
    news[#news + 1] = ARGV[i]
    news[#news + 1] = ARGV[i + 1]
  end
end
if #news > 0 then redis.call('HSET', KEYS[1], unpack(news)) end
return ''
`;

/**
 * ARGV: what the key is to lead to, the fields and values that it may lose. Answers 1; 0 when it
 * has others.
 */
export const REPLACE = `
if redis.call('TYPE', KEYS[1]).ok == 'string' then return 0 end
if redis.call('HLEN', KEYS[1]) ~= (#ARGV - 1) / 2 then return 0 end
for i = 2, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`;

/** ARGV: what bars, for how long, ms; 0: not at all. A bar that lasts longer stays. */
export const BAR = `
if redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('GET', KEYS[1]) == ARGV[1]
  and redis.call('PTTL', KEYS[1]) >= tonumber(ARGV[2]) then
  return
end
if tonumber(ARGV[2]) > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
else
  redis.call('DEL', KEYS[1])
end
`;
