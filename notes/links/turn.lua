-- One worker tells what it heard of some hosts and borrows slots of them.
--
-- KEYS are hosts. ARGV: the worker, the most slots of a host, the lease in ms, the
-- channel for rests; then for each host the slots in use, the slots wanted, the number
-- of good answers, whether it slowed down (1 or 0), and the ms of rest it asked for.
-- Returns for each host the slots that the worker may use and the ms of rest.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local worker, most, lease, channel = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local answers = {}

-- What the other workers hold, forgetting those whose lease has ended.
local function others(key, known)
  local taken, sharers = 0, 1
  for name, value in pairs(known) do
    local held, ends = string.match(value, '^(%d+) (%d+)$')
    if held and name ~= worker then
      if tonumber(ends) < now then
        redis.call('HDEL', key, name)
      else
        taken, sharers = taken + tonumber(held), sharers + 1
      end
    end
  end
  return taken, sharers
end

for i, key in ipairs(KEYS) do
  local at = 4 + (i - 1) * 5
  local active, wanted = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local good, rest = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 5])
  local pairs_of, known = redis.call('HGETALL', key), {}
  for j = 1, #pairs_of, 2 do known[pairs_of[j]] = pairs_of[j + 1] end

  -- One more slot for each round of good answers, half of them for an overrun.
  local limit = tonumber(known['limit']) or most
  if ARGV[at + 4] == '1' then
    limit = math.max(1, limit / 2)
  else
    limit = math.min(most, limit + good / limit)
  end

  local closed = tonumber(known['closed']) or 0
  -- Every turn tells it again, a little late or early: only much longer is news.
  if rest > 0 and now + rest > closed + 100 then
    closed = now + rest
    redis.call('PUBLISH', channel, rest .. ' ' .. key)
  end

  local taken, sharers = others(key, known)
  local fair = math.ceil(math.floor(limit) / sharers)
  local share = math.max(0, math.min(wanted, fair, math.floor(limit) - taken))
  if wanted + active > 0 then
    local held = math.max(active, share)
    redis.call('HSET', key, worker, held .. ' ' .. string.format('%d', now + lease))
  else
    redis.call('HDEL', key, worker)
  end
  redis.call('HSET', key, 'limit', limit, 'closed', string.format('%d', closed))
  redis.call('PEXPIRE', key, math.max(closed - now, 0) + 60000)
  table.insert(answers, share)
  table.insert(answers, math.max(closed - now, 0))
end
return answers
