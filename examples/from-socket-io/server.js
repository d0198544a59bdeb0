import express from "express";
import { Emitter } from "roomcast/emitter";
import { addRoutes } from "./routes";

const app = express();
app.use(express.json());
addRoutes(app, new Emitter({ functionName: process.env.PUSH_FUNCTION_NAME }));
app.listen(3000);
