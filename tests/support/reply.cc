// The parser is recursive and restarts a reply that is not complete: tests can afford it.
#include "tests/support/reply.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace countd::test {
namespace {

constexpr std::size_t kMaxDepth = 32;

std::optional<std::string_view> take_line(std::string_view bytes, std::size_t& at) {
  const auto end = bytes.find("\r\n", at);
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = bytes.substr(at, end - at);
  if (line.find_first_of("\r\n") != std::string_view::npos) {
    throw MalformedReply("a line break inside a line: " + quote(line));
  }
  at = end + 2;
  return line;
}

std::int64_t to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw MalformedReply("not an integer: " + quote(text));
  }
  return value;
}

std::optional<Reply> parse(std::string_view bytes, std::size_t& at, std::size_t depth);

std::optional<Reply> parse_bulk(std::string_view bytes, std::size_t& at, Reply reply,
                                std::int64_t length) {
  if (length == -1 && reply.type == '$') {
    reply.null = true;
    return reply;
  }
  if (length < 0) throw MalformedReply("a bulk of negative length");
  const auto size = static_cast<std::size_t>(length);
  if (bytes.size() - at < size + 2) return std::nullopt;
  if (bytes.substr(at + size, 2) != "\r\n") throw MalformedReply("a bulk without its end");
  reply.text = bytes.substr(at, size);
  if (reply.type == '=' && (size < 4 || reply.text[3] != ':')) {
    throw MalformedReply("verbatim text without its format");
  }
  at += size + 2;
  return reply;
}

std::optional<Reply> parse_items(std::string_view bytes, std::size_t& at, Reply reply,
                                 std::int64_t count, std::size_t depth) {
  if (count == -1 && reply.type == '*') {
    reply.null = true;
    return reply;
  }
  if (count < 0) throw MalformedReply("an aggregate of negative size");
  if (reply.type == '%') count *= 2;
  for (std::int64_t i = 0; i < count; ++i) {
    auto item = parse(bytes, at, depth + 1);
    if (!item) return std::nullopt;
    reply.items.push_back(std::move(*item));
  }
  return reply;
}

std::optional<Reply> parse(std::string_view bytes, std::size_t& at, std::size_t depth) {
  if (depth > kMaxDepth) throw MalformedReply("nested too deep");
  const auto line = take_line(bytes, at);
  if (!line) return std::nullopt;
  if (line->empty()) throw MalformedReply("an empty line where a reply should begin");
  Reply reply;
  reply.type = line->front();
  const auto rest = line->substr(1);
  switch (reply.type) {
    case ':':
      to_integer(rest);
      [[fallthrough]];
    case '+':
    case '-':
    case ',':
    case '(':
      reply.text = rest;
      return reply;
    case '#':
      if (rest != "t" && rest != "f") throw MalformedReply("a boolean that is neither t nor f");
      reply.text = rest;
      return reply;
    case '_':
      if (!rest.empty()) throw MalformedReply("a null that says something");
      reply.null = true;
      return reply;
    case '$':
    case '=':
    case '!':
      return parse_bulk(bytes, at, std::move(reply), to_integer(rest));
    case '*':
    case '%':
    case '~':
    case '>':
      return parse_items(bytes, at, std::move(reply), to_integer(rest), depth);
    default:
      throw MalformedReply("an unknown type: " + quote(*line));
  }
}

void render_into(std::string& out, const Reply& reply, std::size_t depth) {
  out.append(depth * 2, ' ');
  if (reply.null) {
    out += reply.type;
    if (reply.type != '_') out += "-1";
    return;
  }
  if (reply.is_aggregate()) {
    const auto count = reply.type == '%' ? reply.items.size() / 2 : reply.items.size();
    out += reply.type + std::to_string(count);
    for (const auto& item : reply.items) {
      out += '\n';
      render_into(out, item, depth + 1);
    }
    return;
  }
  switch (reply.type) {
    case '$':
      out += quote(reply.text);
      break;
    case '=':
      out += '=' + reply.text.substr(0, 3) + ' ' + quote(std::string_view(reply.text).substr(4));
      break;
    case '!':
      out += '!' + quote(reply.text);
      break;
    default:
      out += reply.type + reply.text;
  }
}

}  // namespace

std::int64_t Reply::integer() const {
  if (type != ':') throw std::runtime_error("not an integer reply: " + render(*this));
  return to_integer(text);
}

std::optional<Reply> parse_reply(std::string_view bytes, std::size_t& at) {
  auto position = at;
  auto reply = parse(bytes, position, 0);
  if (reply) at = position;
  return reply;
}

std::string render(const Reply& reply) {
  std::string out;
  render_into(out, reply, 0);
  return out;
}

std::string quote(std::string_view bytes) {
  std::string out = "\"";
  for (const char byte : bytes) {
    switch (byte) {
      case '"':
      case '\\':
        out += '\\';
        out += byte;
        break;
      case '\r':
        out += "\\r";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (byte >= 0x20 && byte < 0x7f) {
          out += byte;
        } else {
          std::array<char, 5> hex{};
          std::snprintf(hex.data(), hex.size(), "\\x%02x", static_cast<unsigned char>(byte));
          out += hex.data();
        }
    }
  }
  return out + '"';
}

}  // namespace countd::test
