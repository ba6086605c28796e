// The rules. A word in braces stands for a random one: {k} key, {v} value, {i} integer, {f} float,
// {e} element of a sketch, {s} {ms} lifetimes, {at} {atms} points in time, {bad} a number that no
// lifetime can be, {o} offset, {r} index of a range, {db}, {p} pattern, {dump} a payload. {x}+ is
// one to four of them; [ a | b ] is optional, ( a | b ) is not.
#include "tests/differential/grammar.h"

namespace countd::differential {

namespace {

constexpr Rule kRules[] = {
    {"INCR {k}", 30},
    {"DECR {k}", 10},
    {"INCRBY {k} {i}", 20},
    {"DECRBY {k} {i}", 10},
    {"INCRBYFLOAT {k} {f}", 10},
    {"GET {k}", 20},
    {"SET {k} {v} [ NX | XX ] [ GET ] [ EX {s} | PX {ms} | EXAT {at} | PXAT {atms} | KEEPTTL ]",
     40},
    {"SET {k} {v} [ EX {bad} | PX {bad} | EXAT {bad} | PXAT {bad} | WHAT ]", 4},
    {"SETNX {k} {v}", 4},
    {"SETEX {k} ( {s} | {bad} ) {v}", 4},
    {"PSETEX {k} ( {ms} | {bad} ) {v}", 4},
    {"GETSET {k} {v}", 4},
    {"GETDEL {k}", 4},
    {"GETEX {k} [ EX {s} | PX {ms} | EXAT {at} | PXAT {atms} | PERSIST | EX {bad} ]", 6},
    {"MGET {k}+", 8},
    {"MSET {k} {v} [ {k} {v} ] [ {k} {v} ]", 8},
    {"MSETNX {k} {v} [ {k} {v} ]", 4},
    {"APPEND {k} {v}", 8},
    {"STRLEN {k}", 4},
    {"GETRANGE {k} {r} {r}", 8},
    {"SUBSTR {k} {r} {r}", 2},
    {"SETRANGE {k} ( {o} | {i} ) {v}", 8},
    {"DEL {k}+", 6},
    {"UNLINK {k}+", 3},
    {"EXISTS {k}+", 6},
    {"TYPE {k}", 4},
    {"TOUCH {k}+", 3},
    {"EXPIRE {k} {s} [ NX | XX | GT | LT ] [ XX | GT ]", 8},
    {"PEXPIRE {k} {ms} [ NX | XX | GT | LT ]", 6},
    {"EXPIREAT {k} {at} [ NX | XX | GT | LT ]", 6},
    {"PEXPIREAT {k} {atms} [ NX | XX | GT | LT | WHAT ]", 6},
    {"( EXPIRE | PEXPIRE | EXPIREAT | PEXPIREAT ) {k} {bad}", 3},
    {"TTL {k}", 6, Compare::kTime},
    {"PTTL {k}", 6, Compare::kTime},
    {"EXPIRETIME {k}", 6, Compare::kTime},
    {"PEXPIRETIME {k}", 6, Compare::kTime},
    {"PERSIST {k}", 5},
    {"RENAME {k} {k}", 5},
    {"RENAMENX {k} {k}", 4},
    {"COPY {k} {k} [ DB {db} ] [ REPLACE ]", 6},
    {"MOVE {k} {db}", 4},
    {"SWAPDB {db} {db}", 1},
    {"SELECT {db}", 3},
    {"RANDOMKEY", 2, Compare::kShape},
    {"DBSIZE", 1, Compare::kShape},
    {"KEYS {p}", 3, Compare::kUnordered},
    {"SCAN ( x | -x | 1x ) [ MATCH {p} ] [ COUNT {i} ]", 2},
    {"SCAN 0 ( COUNT x | COUNT 0 | MATCH | TYPE )", 2},
    {"OBJECT ENCODING {k}", 8},
    {"OBJECT REFCOUNT {k}", 1, Compare::kShape},
    {"OBJECT IDLETIME {k}", 1, Compare::kShape},
    {"OBJECT FREQ {k}", 1},
    {"DUMP {k}", 6, Compare::kPayload},
    {"RESTORE {k} ( 0 | {ms} ) {dump} [ REPLACE ]", 5},
    {"RESTORE {k} ( 0 | {atms} ) {dump} ABSTTL [ REPLACE ] [ IDLETIME 5 | FREQ 7 ]", 3},
    {"RESTORE {k} ( -1 | x | 1.5 ) ( {dump} | {v} ) [ REPLACE ] [ IDLETIME {i} | FREQ {i} | "
     "ABSTTL ]",
     2},
    {"PFADD {k} [ {e}+ ] [ {e}+ ]", 20},
    {"PFCOUNT {k}+", 8},
    {"PFMERGE {k} [ {k}+ ]", 6},
    {"PFDEBUG ( ENCODING | DECODE | TODENSE ) {k}", 3},
    {"PFDEBUG GETREG {k}", 1},
    {"FLUSHDB [ ASYNC | SYNC | {v} ]", 1},
    {"PING [ {v} ]", 1},
    {"ECHO {v}", 1},
    {"CLIENT GETNAME", 1},
    {"CLIENT SETNAME {v}", 1},
    {"COMMAND GETKEYS ( SET {k} {v} | MSET {k} {v} {k} {v} | DEL {k}+ | PFMERGE {k} {k}+ | PING "
     ")",
     2},
    {"( NOSUCH | {v} ) {v} {v}", 1},
};

}  // namespace

std::span<const Rule> Grammar::rules() { return kRules; }

}  // namespace countd::differential
