/** Queries that people begin with, in the groups that AWS's console has. */
interface SampleGroup {
  title: string;
  samples: Sample[];
}

export interface Sample {
  title: string;
  query: string;
}

/** What the editor begins with. */
export const DEFAULT_QUERY = `fields @timestamp, @message, @logStream, @log
| sort @timestamp desc
| limit 10000`;

export const SAMPLES: SampleGroup[] = [
  {
    title: "Common queries",
    samples: [
      {
        title: "25 most recently added log events",
        query: "fields @timestamp, @message\n| sort @timestamp desc\n| limit 25",
      },
      {
        title: "Number of exceptions logged every 5 minutes",
        query:
          "filter @message like /Exception/\n| stats count(*) as exceptionCount by bin(5m)\n| sort exceptionCount desc",
      },
      {
        title: "List of log events that are not exceptions",
        query: "fields @message\n| filter @message not like /Exception/",
      },
      {
        title: "Number of log events in each log stream",
        query: "stats count(*) as events by @logStream\n| sort events desc",
      },
    ],
  },
  {
    title: "Lambda",
    samples: [
      {
        title: "View latency statistics for 5-minute intervals",
        query: 'filter @type = "REPORT"\n| stats avg(@duration), max(@duration), min(@duration) by bin(5m)',
      },
      {
        title: "Find the most expensive requests",
        query:
          'filter @type = "REPORT"\n| fields @requestId, @billedDuration\n| sort by @billedDuration desc\n| limit 25',
      },
    ],
  },
  {
    title: "VPC Flow Logs",
    samples: [
      {
        title: "Average, min, and max byte transfers by source and destination IP addresses",
        query: "stats avg(bytes), min(bytes), max(bytes) by srcAddr, dstAddr",
      },
      {
        title: "IP addresses using UDP data transfer protocol",
        query: "filter protocol = 17\n| stats count(*) by srcAddr",
      },
      {
        title: "Top 10 byte transfers by source and destination IP addresses",
        query:
          "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr\n| sort bytesTransferred desc\n| limit 10",
      },
      {
        title: "Top 20 source IP addresses with highest number of rejected requests",
        query:
          'filter action = "REJECT"\n| stats count(*) as numRejections by srcAddr\n| sort numRejections desc\n| limit 20',
      },
      {
        title: "Top 15 packet transfers across hosts",
        query:
          "stats sum(packets) as packetsTransferred by srcAddr, dstAddr\n| sort packetsTransferred desc\n| limit 15",
      },
      {
        title: "Top 15 byte transfers for hosts on a given subnet",
        query:
          'filter isIpv4InSubnet(srcAddr, "10.0.0.0/8")\n| stats sum(bytes) as bytesTransferred by dstAddr\n| sort bytesTransferred desc\n| limit 15',
      },
      {
        title: "Bytes transferred every 5 minutes",
        query: "stats sum(bytes) as bytesTransferred by bin(5m)",
      },
      {
        title: "Find the records where flow logs were skipped during the capture window",
        query: 'filter logStatus = "SKIPDATA"\n| stats count(*) by bin(1h) as t\n| sort t',
      },
    ],
  },
  {
    title: "Route 53",
    samples: [
      {
        title: "Number of requests received every 10 minutes",
        query: "stats count(*) as requestCount by bin(10m)",
      },
    ],
  },
  {
    title: "CloudTrail",
    samples: [
      {
        title: "Number of log entries by service, event type, and Region",
        query: "stats count(*) by eventSource, eventName, awsRegion",
      },
      {
        title: "Number of log entries by Region and EC2 event type",
        query:
          'filter eventSource = "ec2.amazonaws.com"\n| stats count(*) as eventCount by eventName, awsRegion\n| sort eventCount desc',
      },
    ],
  },
  {
    title: "NAT gateway",
    samples: [
      {
        title: "Instances that send the most traffic through your NAT gateway",
        query:
          'filter dstAddr like "10.0." and srcAddr like "10.0."\n| stats sum(bytes) as bytesTransferred by srcAddr, dstAddr\n| sort bytesTransferred desc\n| limit 10',
      },
      {
        title: "Internet destinations that your instances communicate with most often",
        query:
          'filter srcAddr like "10.0." and dstAddr not like "10.0."\n| stats sum(bytes) as bytesTransferred by srcAddr, dstAddr\n| sort bytesTransferred desc\n| limit 10',
      },
    ],
  },
];
