#include "http/reply_wire.h"

#include <gtest/gtest.h>

namespace cohort_sync::http {
namespace {

Reply Of(std::string body, int status = 200) {
  Reply reply;
  reply.response = {.status = status, .body = std::move(body)};
  return reply;
}

TEST(EncodeReply, BodyHasItsLength) {
  Reply reply = Of("hello", 201);
  reply.response.headers = {{"X-A", "1"}, {"Content-Length", "99"}, {"Transfer-Encoding", "gzip"}};
  const ReplyWire wire = EncodeReply(reply, "GET", true);
  EXPECT_EQ(wire.header, "HTTP/1.1 201 \r\nX-A: 1\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(wire.body, "hello");
  EXPECT_FALSE(wire.close);
}

TEST(EncodeReply, ConnectionClosesWhenEitherSideAsks) {
  Reply reply = Of("");
  EXPECT_TRUE(EncodeReply(reply, "GET", false).close);
  reply.response.headers.Add("connection", "Close");
  const ReplyWire wire = EncodeReply(reply, "GET", true);
  EXPECT_TRUE(wire.close);
  EXPECT_EQ(wire.header, "HTTP/1.1 200 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(EncodeReply, ChunkedBodyEndsWithTheFinalChunk) {
  Reply reply = Of(std::string(16'384, 'a') + "bc");
  reply.chunked = true;
  const ReplyWire wire = EncodeReply(reply, "GET", true);
  EXPECT_EQ(wire.header, "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(wire.body, "4000\r\n" + std::string(16'384, 'a') + "\r\n2\r\nbc\r\n0\r\n\r\n");
  EXPECT_FALSE(wire.close);
}

TEST(EncodeReply, CutBodyKeepsItsPromiseOfMore) {
  Reply reply = Of("hello");
  reply.cut_after = 2;
  ReplyWire wire = EncodeReply(reply, "GET", true);
  EXPECT_EQ(wire.header, "HTTP/1.1 200 \r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(wire.body, "he");
  EXPECT_TRUE(wire.close);

  reply.chunked = true;
  EXPECT_EQ(EncodeReply(reply, "GET", true).body, "5\r\nhe");
  reply.cut_after = 0;
  EXPECT_EQ(EncodeReply(reply, "GET", true).body, "");
  reply.cut_after = 5;
  EXPECT_EQ(EncodeReply(reply, "GET", true).body, "5\r\nhello\r\n");
  reply.cut_after = 6;
  EXPECT_EQ(EncodeReply(reply, "GET", true).body, "5\r\nhello\r\n0\r\n\r\n");
}

TEST(EncodeReply, CloseDelimitedBodyHasNoFraming) {
  Reply reply = Of("hello");
  reply.close_delimited = true;
  reply.chunked = true;
  const ReplyWire wire = EncodeReply(reply, "GET", true);
  EXPECT_EQ(wire.header, "HTTP/1.1 200 \r\nConnection: close\r\n\r\n");
  EXPECT_EQ(wire.body, "hello");
}

TEST(EncodeReply, SomeAnswersHaveNoBody) {
  EXPECT_EQ(EncodeReply(Of("hello", 204), "GET", true).header, "HTTP/1.1 204 \r\n\r\n");
  EXPECT_EQ(EncodeReply(Of("hello", 304), "GET", true).body, "");
  const ReplyWire head = EncodeReply(Of("hello"), "HEAD", true);
  EXPECT_EQ(head.header, "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(head.body, "");
}

TEST(EncodeReply, HeaderThatWouldInjectAnotherBecomesABareError) {
  Reply reply = Of("hello");
  reply.response.headers.Add("Location", "/a\r\nSet-Cookie: b");
  EXPECT_EQ(EncodeReply(reply, "GET", true).header, "HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n");
}

}  // namespace
}  // namespace cohort_sync::http
