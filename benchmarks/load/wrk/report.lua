-- Called by wrk when it is done: one line of JSON, which benchmarks/wrk.py reads.
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"duration_us":%d,"bytes":%d,"p50_us":%f,"p99_us":%f,"max_us":%f,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration, summary.bytes,
        latency:percentile(50), latency:percentile(99), latency.max,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout
    ))
end
