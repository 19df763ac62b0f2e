"""The least that FastAPI can do, as `crossings serve` runs it: python -m benchmarks.servers.empty_route PORT."""

import sys

import uvicorn
from fastapi import FastAPI, Response

app = FastAPI(openapi_url=None)


@app.get("/")
async def empty() -> Response:
    return Response(b"1")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
