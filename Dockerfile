# lookout in a container:
#
#   docker build -t lookout .
#   docker run -p 8080:8080 -e LOOKOUT_SERVER_TOKEN=at-least-16-characters -v ./lookout.yaml:/app/lookout.yaml lookout
#
# The settings file names the cameras and the model; /cache keeps what was measured of the machine.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# The runtime of other systems is more than half of what would be shipped.
RUN npm run build && npm prune --omit=dev && mkdir -p models \
  && rm -rf node_modules/onnxruntime-node/bin/napi-v*/darwin node_modules/onnxruntime-node/bin/napi-v*/win32

FROM node:22-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/config config
COPY --from=build /app/models models
COPY --from=build /app/demo demo
COPY --from=build /app/pipelines pipelines
ENV NODE_ENV=production XDG_CACHE_HOME=/cache LOOKOUT_SERVER_HOST=0.0.0.0
RUN mkdir /cache && chown node /cache
USER node
VOLUME /cache
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "node", "dist/main.js"]
CMD ["watch"]
