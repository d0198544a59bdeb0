import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import express from "express";
import jsonwebtoken from "jsonwebtoken";
import { createClient } from "redis";
import { Server } from "socket.io";
import { ownerOf } from "./orders.js";

const redis = createClient({ url: process.env.REDIS_URL });
const subscriber = redis.duplicate();
await Promise.all([redis.connect(), subscriber.connect()]);

const app = express();
const server = createServer(app);
const io = new Server(server, {
  adapter: createAdapter(redis, subscriber),
  cors: { origin: "https://shop.example" },
});

function authenticate(socket, next) {
  try {
    socket.claims = jsonwebtoken.verify(socket.handshake.auth.token, process.env.JWT_SECRET);
    next();
  } catch {
    next(new Error("Unauthorized"));
  }
}

io.use(authenticate);

io.on("connection", async (socket) => {
  const userId = socket.claims.sub;
  let comments = 0;

  socket.on("joinOrder", async (orderId, ack) => {
    if ((await ownerOf(orderId)) !== userId) return ack({ error: "not an order of yours" });
    socket.join(`order:${orderId}`);
    ack("ok");
  });

  socket.on("comment", (orderId, text, ack) => {
    if (!socket.rooms.has(`order:${orderId}`)) return ack({ error: "join the order first" });
    if (comments >= 2) return ack({ error: "enough for now" });
    comments += 1;
    socket.to(`order:${orderId}`).emit("comment", { orderId, from: userId, text });
    ack("ok");
  });

  socket.on("disconnect", () => redis.sRem(`sockets:${userId}`, socket.id));
  await redis.sAdd(`sockets:${userId}`, socket.id);
});

const admin = io.of("/admin");
admin.use(authenticate);
admin.use((socket, next) => {
  next(socket.claims.role === "admin" ? undefined : new Error("Unauthorized"));
});

admin.on("connection", (socket) => {
  socket.emit("welcome", { role: socket.claims.role });

  socket.on("signOut", async (userId, ack) => {
    const sockets = await redis.sMembers(`sockets:${userId}`);
    if (sockets.length > 0) io.in(sockets).disconnectSockets(true);
    ack("ok");
  });
});

app.use(express.json());

app.patch("/orders/:id", (request, response) => {
  const order = { id: request.params.id, status: request.body.status };
  io.to(`order:${order.id}`).emit("orderUpdate", order);
  admin.emit("orderUpdate", order);
  response.json(order);
});

app.post("/users/:id/notifications", async (request, response) => {
  const sockets = await redis.sMembers(`sockets:${request.params.id}`);
  if (sockets.length > 0) io.to(sockets).emit("notification", { text: request.body.text });
  response.json({ accepted: true });
});

app.post("/announcements", (request, response) => {
  io.emit("notification", { text: request.body.text });
  response.json({ accepted: true });
});

app.delete("/orders/:id/watchers", (request, response) => {
  const room = `order:${request.params.id}`;
  io.in(room).socketsLeave(room);
  response.json({ accepted: true });
});

app.delete("/users/:id/sessions", async (request, response) => {
  const sockets = await redis.sMembers(`sockets:${request.params.id}`);
  if (sockets.length > 0) io.in(sockets).disconnectSockets(true);
  response.json({ accepted: true });
});

server.listen(3000);
