FROM node:22.20.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY bundling/package.json bundling/package-lock.json bundling/
RUN npm ci --no-fund --no-audit --ignore-scripts && cd bundling && npm ci --no-fund --no-audit --ignore-scripts

FROM python:3.13.7-slim-bookworm AS build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 PATH=/app/.venv/bin:$PATH
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups --group build --extra ocr --extra pdf --extra parquet
COPY . .
COPY --from=packages /app/node_modules node_modules
COPY --from=packages /app/bundling/node_modules bundling/node_modules
COPY --from=packages /usr/local/bin/node /usr/local/bin/node
# The settings are complete or nothing starts; these serve this step alone and stay in no layer.
RUN python -m config.catalogues compile \
    && ACLF_MODE=demo DATABASE_URL=postgresql://none/none REDIS_URL=redis://none \
       ACLF_EMAIL_URL=smtp://none ACLF_EMAIL_FROM=none@none.example \
       SECRET_KEY=$(python -c "from config import keys; print(keys.make()['SECRET_KEY'])") \
       ACLF_IDENTITY_KEYS=$(python -c "from config import keys; print(keys.make()['ACLF_IDENTITY_KEYS'])") \
       ACLF_BLIND_INDEX_KEY=$(python -c "from config import keys; print(keys.make()['ACLF_BLIND_INDEX_KEY'])") \
       python manage.py collectstatic --noinput --verbosity 0 \
    && uv sync --frozen --no-default-groups --extra ocr --extra pdf --extra parquet \
    && rm -rf node_modules bundling .data

FROM python:3.13.7-slim-bookworm
ENV ACLF_MODE=production GRANIAN_HOST=0.0.0.0 PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
# Pango lays out the letters that are given out as PDF.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home aclf && install -d -o aclf -m 700 /var/lib/aclf/files
COPY --from=build /app /app
USER aclf
EXPOSE 8000
CMD ["python", "-m", "config.web", "--workers", "2", "--workers-kill-timeout", "10"]
