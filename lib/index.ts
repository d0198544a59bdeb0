export type { RoomcastLimits } from "./limits";
export { Roomcast } from "./roomcast";
export type {
  JwtRules,
  JwtVerification,
  MessageOrder,
  RoomcastProps,
  RoomcastThrottle,
} from "./roomcast-props";
export { RoomcastStack, type RoomcastStackProps } from "./roomcast-stack";
