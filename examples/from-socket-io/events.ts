/** What clients and server say to each other. The front end and the backend import these too. */

export interface Order {
  readonly id: string;
  readonly status: string;
}

export type Answer = "ok" | { readonly error: string };

export interface ClientToServer {
  joinOrder(orderId: string, ack: (answer: Answer) => void): void;
  comment(orderId: string, text: string, ack: (answer: Answer) => void): void;
}

export interface ServerToClient {
  orderUpdate(order: Order): void;
  comment(comment: { readonly orderId: string; readonly from: string; readonly text: string }): void;
  notification(notification: { readonly text: string }): void;
}

export interface AdminToServer {
  signOut(userId: string, ack: (answer: Answer) => void): void;
}

export interface ServerToAdmin {
  welcome(welcome: { readonly role: string }): void;
  orderUpdate(order: Order): void;
}
