import type { Emitter } from "roomcast/emitter";
import type { ServerToAdmin, ServerToClient } from "./events";
import type { HttpApp } from "./http-app";

export function addRoutes(app: HttpApp, io: Emitter<ServerToClient>): void {
  const admin = io.of<ServerToAdmin>("/admin");

  app.patch("/orders/:id", async (request, response) => {
    const order = { id: request.params.id, status: request.body.status };
    await io.to(`order:${order.id}`).emit("orderUpdate", order);
    await admin.emit("orderUpdate", order);
    response.json(order);
  });

  app.post("/users/:id/notifications", async (request, response) => {
    await io.toUser(request.params.id).emit("notification", { text: request.body.text });
    response.json({ accepted: true });
  });

  app.post("/announcements", async (request, response) => {
    await io.emit("notification", { text: request.body.text });
    response.json({ accepted: true });
  });

  app.delete("/orders/:id/watchers", async (request, response) => {
    const room = `order:${request.params.id}`;
    await io.in(room).socketsLeave(room);
    response.json({ accepted: true });
  });

  app.delete("/users/:id/sessions", async (request, response) => {
    await io.toUser(request.params.id).disconnectSockets(true);
    response.json({ accepted: true });
  });
}
