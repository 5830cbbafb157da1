# Builds with compilers and Node's headers, runs without them.
FROM node:20-bookworm AS build
WORKDIR /shoal
COPY package.json package-lock.json ./
RUN npm_config_nodedir=/usr/local npm ci --no-audit --no-fund
COPY . .
RUN node scripts/setup.mjs --for build && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /shoal
COPY --from=build /shoal/package.json ./
COPY --from=build /shoal/node_modules ./node_modules
COPY --from=build /shoal/dist ./dist
COPY bin ./bin
COPY config ./config
COPY templates ./templates
USER node
EXPOSE 8686
ENTRYPOINT ["node", "--max-semi-space-size=64", "bin/shoal.mjs"]
CMD ["start"]
