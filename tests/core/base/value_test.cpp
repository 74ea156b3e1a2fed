// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::value_test {

using namespace core::base;

namespace {

Value parsed(const std::string& text)
{
    auto value = parseJson(text);
    INFO(text);
    REQUIRE(value);
    return *value;
}

std::string problemOf(const std::string& text)
{
    const auto value = parseJson(text, "file.json");
    REQUIRE_FALSE(value);
    return describe(value.error());
}

}

TEST_CASE("JSON goes round: order, integers and reals are kept")
{
    for (const std::string text : {R"({"z":1,"a":[1,2.5,"x",true,null],"m":{"k":-3}})", "[]", "{}", "\"\\u00e9\\n\"",
                                   "0.1", "-9007199254740993"})
        CHECK(writeJson(parsed(text)) == (text == "\"\\u00e9\\n\"" ? "\"é\\n\"" : text));
    CHECK(parsed("1").isInt());
    CHECK(parsed("1.0").isReal());
    CHECK(parsed("18446744073709551615").isReal());
}

TEST_CASE("JSON says where it is wrong")
{
    CHECK(problemOf("{\"a\": 1,\n  \"b\" 2}").find("line 2") != std::string::npos);
    CHECK(problemOf("{\"a\": 1, \"a\": 2}").find("twice") != std::string::npos);
    CHECK(problemOf(std::string(100, '[')).find("64 levels") != std::string::npos);
    CHECK(problemOf("").find("file.json") != std::string::npos);
    CHECK(problemOf("[1e999]").find("file.json") != std::string::npos);
    CHECK(problemOf("[1e999]").find("not JSON: number overflow parsing '1e999'") != std::string::npos);
}

TEST_CASE("JSON allows comments")
{
    CHECK(parsed("{// the rate\n\"lr\": 0.1}")["lr"].toReal() == 0.1);
}

TEST_CASE("what is not finite is written as null")
{
    CHECK(writeJson(Array{std::nan(""), HUGE_VAL, 1.5}) == "[null,null,1.5]");
}

TEST_CASE("dotted paths reach members, make objects, and turn a kind into its object")
{
    Value tree = parsed(R"({"train": {"optimizer": "adam", "betas": [0.9, 0.99]}})");
    CHECK(tree.at("train.betas.1")->toReal() == 0.99);
    CHECK(tree.at("train.betas.2") == nullptr);
    CHECK(tree.at("train.nothing.here") == nullptr);
    REQUIRE(tree.setAt("train.optimizer.lr", 0.5));
    CHECK(writeJson(*tree.at("train.optimizer")) == R"({"kind":"adam","lr":0.5})");
    REQUIRE(tree.setAt("model.hidden", Array{16, 16}));
    CHECK(tree.at("model.hidden.0")->toInt() == 16);
    CHECK_FALSE(tree.setAt("train.betas.7", 1));
    CHECK_FALSE(tree.setAt("train..lr", 1));
}

TEST_CASE("objects compare by content, not by order")
{
    CHECK(parsed(R"({"a":1,"b":2})") == parsed(R"({"b":2,"a":1})"));
    CHECK_FALSE(parsed(R"({"a":1})") == parsed(R"({"a":1,"b":2})"));
}

TEST_CASE("JSON: a text comes back whatever letter stands where, and one line says what several say")
{
    for (std::size_t length = 1; length < 20; ++length)
        for (std::size_t place = 0; place < length; ++place)
            for (const char letter : {'"', '\\', '\n', '\0', '\x1f', ' ', '\x7f', 'z', '/'}) {
                std::string text(length, 'a');
                text[place] = letter;
                const std::string written = writeJson(text);
                CHECK(parsed(written).text() == text);
                CHECK((written.size() == length + 2) ==
                      (letter == ' ' || letter == '\x7f' || letter >= 'a' || letter == '/'));
            }
    CHECK(writeJson("grün – 雪") == "\"grün – 雪\"");
    CHECK(writeJson(std::string("a\xff z")) == "\"a\xef\xbf\xbd z\"");
    const Value mixed = Object{{"a \"b\"", Array{}},
                               {"n", Array{1, -2.5, 1e-7, 1e300, 100000.0, -0.0, 0.1f, std::nan(""), HUGE_VAL}},
                               {"t", true},
                               {"o", Object{{"x", nullptr}, {"", Array{Array{Object{}}}}}}};
    CHECK(writeJson(mixed) == R"({"a \"b\"":[],"n":[1,-2.5,1e-07,1e+300,100000.0,-0.0,0.10000000149011612,null,null],)"
                              R"("t":true,"o":{"x":null,"":[[{}]]}})");
    std::string lines = writeJson(mixed, 0);
    std::erase(lines, '\n');
    std::string line = writeJson(mixed);
    const auto closed = [](std::string text) {
        for (std::size_t at = 0; (at = text.find(": ", at)) != text.npos;)
            text.erase(at + 1, 1);
        return text;
    };
    CHECK(closed(lines) == closed(line));
}

}
