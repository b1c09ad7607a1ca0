# One image for the endpoint, for training and for the MLflow server (see compose.yaml).
#   docker build -t enjoin .
#   docker run --rm enjoin enjoin example

# A digest names one image forever; the tag beside it says which. To take a newer one, run
#   docker buildx imagetools inspect python:3.11-slim-bookworm
# and write its version and digest here (a mirror: --build-arg PYTHON_IMAGE=...).
ARG PYTHON_IMAGE=python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
FROM ${PYTHON_IMAGE} AS base
# LightGBM needs OpenMP, in both stages: the first runs the program to fill its cache. Debian keeps
# only a package's latest version, so a pinned one soon fails.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/*

FROM base AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /build
COPY pyproject.toml requirements.lock ./
# The lock also holds what only the tests need, so the program's own dependencies are selected from
# it. Each package is checked against the lock's hashes; one that the lock lacks fails the build.
RUN uv pip compile pyproject.toml --extra server --constraint requirements.lock \
      --no-annotate --no-header --output-file runtime.txt \
 && uv venv /opt/enjoin \
 && uv pip install --python /opt/enjoin/bin/python --compile-bytecode \
      --require-hashes --constraint requirements.lock -r runtime.txt
COPY README.md LICENSE ./
COPY data data
COPY features features
COPY train train
COPY serve serve
COPY enjoin enjoin
RUN uv pip install --python /opt/enjoin/bin/python --compile-bytecode --no-deps .
# Compile the phrases and the citation patterns now, not at the first motion (15 seconds).
# Hyperscan's wheel compiles for any processor of the architecture, so other machines can use them.
# hadolint ignore=DL3059
RUN ENJOIN_CACHE_DIR=/build/cache /opt/enjoin/bin/enjoin lexicon try \
      "The harm is speculative. Winter v. NRDC, 555 U.S. 7, 20 (2008)."

FROM base
RUN pip uninstall --yes --root-user-action ignore pip setuptools wheel \
 && useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin enjoin \
 && install --directory --owner enjoin --group enjoin /var/lib/enjoin /var/lib/mlflow
COPY --from=build /opt/enjoin /opt/enjoin
COPY --from=build --chown=enjoin:enjoin /build/cache /var/cache/enjoin
# The program writes only to /tmp and to the folders where volumes are mounted.
ENV PATH=/opt/enjoin/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENJOIN_CACHE_DIR=/var/cache/enjoin \
    MPLCONFIGDIR=/tmp/matplotlib \
    GIT_PYTHON_REFRESH=quiet \
    MLFLOW_DISABLE_TELEMETRY=true
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000
# If no model is registered yet, the endpoint trains one before it is ready.
HEALTHCHECK --start-period=5m --interval=10s --timeout=6s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=5)"]
CMD ["enjoin", "serve", "--host", "0.0.0.0", "--port", "8000"]
