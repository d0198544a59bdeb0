/** The ids of acks that we give and of plain JSON frames stay below it, so that any client's integer type holds them. */
export const ACK_IDS = 2 ** 31;
