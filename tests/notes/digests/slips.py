"""What mail servers send back, each in its own style: bounces, delays, complaints."""

from __future__ import annotations

RETURNED = """\
From: Backend hub <nexus@example.org>
To: reader@example.org
Subject: Backend hub, week 47: 3 notes
Message-ID: <0123456789abcdef@example.org>
List-Unsubscribe: <https://nexus.example.org/s/1:x/unsubscribe/>
"""
POSTFIX = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: nexus@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

This is a MIME-encapsulated message.

--cut
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4C0FFEE

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.net
Diagnostic-Code: {diagnostic}

--cut
Content-Type: {returned_as}

{returned}

--cut--
"""
EXCHANGE = """\
From: postmaster@example.net
To: nexus@example.org
Subject: Undeliverable: Backend hub, week 47
In-Reply-To: <0123456789abcdef@example.org>
References: <0123456789abcdef@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/html; charset=utf-8

<p>Your message couldn't be delivered.</p>

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0.eurprd01.prod.example.net

Final-Recipient: rfc822;reader@example.org
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found

--cut--
"""
COMPLAINT = """\
From: <fbl@example.com>
To: nexus@example.org
Subject: FW: Backend hub, week 47
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="cut"

--cut
Content-Type: text/plain; charset=us-ascii

This is an email abuse report.

--cut
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: ExampleFBL/1.0
Version: 1
Original-Rcpt-To: <{address}>

--cut
Content-Type: message/rfc822
Content-Disposition: inline

{returned}

A digest.
--cut--
"""


def bounce(
    *,
    address: str = "reader@example.org",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <reader@example.org>: User unknown",
    returned_as: str = "text/rfc822-headers",
    returned: str = RETURNED,
) -> bytes:
    return POSTFIX.format_map(locals()).encode()


def complaint(
    *,
    kind: str = "abuse",
    address: str = "reader@example.org",
    returned: str = RETURNED,
) -> bytes:
    return COMPLAINT.format_map(locals()).encode()
