// SCIMMY with its express routers on a map in memory. Run as a program: node site.mjs PORT
// Express 4: the routers write into the request's query, which Express 5 parses anew each time it is read.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

function keepIn(resources, type) {
  SCIMMY.Resources.declare(type)
    .ingress((resource, data) => {
      const now = new Date();
      const id = resource.id ?? randomUUID();
      const stored = { ...data, id, meta: { created: resources.get(id)?.meta.created ?? now, lastModified: now } };
      resources.set(id, stored);
      return stored;
    })
    .egress((resource) => {
      if (resource.id) {
        const stored = resources.get(resource.id);
        if (!stored) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
        return stored;
      }
      const all = [...resources.values()];
      return resource.filter ? resource.filter.match(all) : all;
    })
    .degress((resource) => {
      if (!resources.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
    });
}

keepIn(new Map(), SCIMMY.Resources.User);
keepIn(new Map(), SCIMMY.Resources.Group);
const site = express();
site.use("/v2", new SCIMMYRouters({ type: "bearer", handler: () => "anybody" }));
site.listen(Number(process.argv[2]), "127.0.0.1");
