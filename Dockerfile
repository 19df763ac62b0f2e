# Base images are named by tag. Who builds for others names them by digest: docker buildx imagetools inspect IMAGE.
FROM node:22-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web .
COPY api/tiles/symbols.json /api/tiles/symbols.json
RUN npm run build

FROM python:3.11-slim-bookworm
WORKDIR /crossings
# What PDF reports are printed with.
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    fonts-dejavu-core fonts-noto-core && rm -rf /var/lib/apt/lists/*
COPY requirements.lock .
RUN pip install --no-cache-dir -r requirements.lock
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY api api
COPY models models
COPY geo geo
COPY migrations migrations
COPY data data
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . && python -m compileall -q api models geo \
    && useradd --system crossings
COPY --from=web /web/dist web/dist
USER crossings
# Nothing but /tmp is written to, so that the container can be read-only; fonts are looked for once.
ENV MPLCONFIGDIR=/tmp/matplotlib XDG_CACHE_HOME=/tmp/cache
# The last: large answers in large pages of memory; see docs/scaling.md.
ENV HOST=0.0.0.0 PORT=8000 GLIBC_TUNABLES=glibc.malloc.hugetlb=1
EXPOSE 8000
HEALTHCHECK --start-period=60s CMD ["crossings", "health"]
# A server of its own is needed: set DATABASE_URL (docker-compose.yml has one).
CMD ["sh", "-c", "crossings migrate && exec crossings serve"]
