export { Roomcast } from "./roomcast";
export type { JwtRules, JwtVerification, RoomcastProps, RoomcastThrottle } from "./roomcast-props";
export { RoomcastStack, type RoomcastStackProps } from "./roomcast-stack";
