import type { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, Table } from "aws-cdk-lib/aws-dynamodb";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

export interface ConnectionTableProps {
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Who is connected, as whom and in which rooms. Ephemeral: no backups, no streams, no index, and whatever
 * nobody removed ends by its TTL.
 */
export class ConnectionTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: ConnectionTableProps) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: "expiresAt",
      removalPolicy: props.removalPolicy,
    });
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** To store a new connection with its handshake and liveness, and to count addresses and users' sockets. */
  grantOpen(grantee: IGrantable): Grant {
    return this.table.grant(grantee, "dynamodb:BatchWriteItem", "dynamodb:UpdateItem", "dynamodb:Query");
  }

  /** To load connections, and to create, change and remove sockets and their memberships. */
  grantSockets(grantee: IGrantable): Grant {
    return this.table.grant(
      grantee,
      "dynamodb:Query",
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:BatchWriteItem",
    );
  }

  /** To read the members of rooms, to note how far a delivery is, whose turn it is to post, and what was refused. */
  grantDelivery(grantee: IGrantable): Grant {
    return this.table.grant(
      grantee,
      "dynamodb:Query",
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:UpdateItem",
      "dynamodb:BatchWriteItem",
    );
  }

  /** To read who is connected, to note pings, and to close sockets; to remove nothing. */
  grantHeartbeat(grantee: IGrantable): Grant {
    return this.table.grant(
      grantee,
      "dynamodb:Query",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    );
  }

  /** To find the members of rooms, to change their rooms and to close them; to read no handshakes. */
  grantOperations(grantee: IGrantable): Grant {
    return this.table.grant(
      grantee,
      "dynamodb:Query",
      "dynamodb:BatchGetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:BatchWriteItem",
    );
  }
}
