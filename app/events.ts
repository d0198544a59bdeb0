/** What clients and server say to each other: share it with the front end. */

export interface Message {
  /** A chat room that the sender is in; without one the message goes to everyone. */
  readonly room?: string;
  readonly text: string;
}

export interface ReceivedMessage extends Message {
  readonly from: string;
}

export interface Order {
  readonly id: string;
  readonly status: string;
}

export type Answer = "ok" | { readonly error: string };

export interface ClientToServer {
  joinChat(room: string, ack?: (answer: Answer) => void): void;
  leaveChat(room: string, ack?: (answer: Answer) => void): void;
  message(message: Message, ack?: (answer: Answer) => void): void;
  joinOrder(orderId: string, ack?: (answer: Answer) => void): void;
  leaveOrder(orderId: string, ack?: (answer: Answer) => void): void;
  placeOrder(item: string, ack?: (answer: Answer | Order) => void): void;
}

export interface ServerToClient {
  message(message: ReceivedMessage): void;
  orderUpdate(order: Order): void;
  /** Pushed by a backend to a user: `npm run push -- --user alice --event notification --data …`. */
  notification(notification: { readonly text: string }): void;
}

export interface AdminServerToClient {
  welcome(welcome: { readonly userId: string; readonly role: string }): void;
  newOrder(order: Order & { readonly item: string; readonly from: string }): void;
}
