# airvane and nothing else: one static program.
#
#   docker build -t airvane .
#   docker run --rm -v "$PWD:/src:ro" airvane check
#
# What writes into the folder (init, --fix, --write-baseline) needs it without `:ro`, and `--user "$(id -u):$(id -g)"`.
FROM rust:1.95-alpine AS build
WORKDIR /build
COPY . .
# The toolchain of Alpine links statically.
RUN cargo build --release --locked

FROM scratch
COPY --from=build /build/target/release/airvane /usr/bin/airvane
WORKDIR /src
USER 65532:65532
ENTRYPOINT ["/usr/bin/airvane"]
CMD ["check"]
