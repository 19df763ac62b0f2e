-- Requests drawn at random from a file of paths, one a line, named by the first argument.
dofile(os.getenv("WRK_REPORT"))

local paths = {}

function init(args)
    for path in io.lines(args[1]) do
        paths[#paths + 1] = path
    end
    math.randomseed(tonumber(args[2] or "1"))
end

function request()
    return wrk.format("GET", paths[math.random(#paths)])
end
