// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/npy_reader.h"
#include "tests/support/archives.h"
#include "tests/support/temp_folder.h"

#include <cmath>

using namespace core::data;
using tests::npyBytes;

namespace {

std::vector<double> npyValues(const NumberArray& array)
{
    std::vector<double> values;
    for (std::int64_t i = 0; i < array.count(); ++i)
        values.push_back(array.at(i));
    return values;
}

std::string npyProblem(const std::string& bytes)
{
    const auto array = readNpy(bytes, "f");
    return array ? "" : array.error().message;
}

}

TEST_CASE("npy: every type of number, in both byte orders")
{
    const auto value = [](const std::string& type, const std::string& body) {
        const auto array = readNpy(npyBytes(type, "(1,)", body), "f");
        REQUIRE(array);
        return array->at(0);
    };
    const auto text = [](auto number) { return std::string(reinterpret_cast<const char*>(&number), sizeof number); };
    CHECK(value("|b1", "\x01") == 1);
    CHECK(value("|u1", "\xff") == 255);
    CHECK(value("|i1", "\xff") == -1);
    CHECK(value("<u2", text(std::uint16_t(65535))) == 65535);
    CHECK(value("<i2", text(std::int16_t(-2))) == -2);
    CHECK(value("<u4", text(std::uint32_t(4000000000u))) == 4000000000.0);
    CHECK(value("<i4", text(std::int32_t(-70000))) == -70000);
    CHECK(value("<u8", text(std::uint64_t(1) << 40)) == std::pow(2.0, 40));
    CHECK(value("<i8", text(std::int64_t(-5))) == -5);
    CHECK(value("<f4", text(1.5f)) == 1.5);
    CHECK(value("<f8", text(-0.1)) == -0.1);
    CHECK(value("=f8", text(-0.1)) == -0.1);
    CHECK(value("<f2", std::string("\x00\xc1", 2)) == -2.5);
    CHECK(value(">f2", std::string("\xc1\x00", 2)) == -2.5);
    CHECK(value("<f2", std::string("\x01\x00", 2)) == std::ldexp(1.0, -24));
    CHECK(std::isinf(value("<f2", std::string("\x00\x7c", 2))));
    CHECK(value(">i4", std::string("\x00\x00\x01\x02", 4)) == 258);
    CHECK(value(">f8", std::string("\xbf\xf8\x00\x00\x00\x00\x00\x00", 8)) == -1.5);
}

TEST_CASE("npy: Fortran order is turned round, whatever its dimensions")
{
    const auto c = readNpy(npyBytes("|u1", "(2, 3)", {1, 2, 3, 4, 5, 6}), "f");
    const auto fortran = readNpy(npyBytes("|u1", "(2, 3)", {1, 4, 2, 5, 3, 6}, true), "f");
    REQUIRE(c);
    REQUIRE(fortran);
    CHECK(npyValues(*c) == npyValues(*fortran));
    // Element (a, b, c) of 2 × 2 × 3 holds 100 a + 10 b + c.
    std::string body;
    for (int k = 0; k < 3; ++k)
        for (int j = 0; j < 2; ++j)
            for (int i = 0; i < 2; ++i)
                body.push_back(char(100 * i + 10 * j + k));
    const auto cube = readNpy(npyBytes("|u1", "(2, 2, 3)", body, true), "f");
    REQUIRE(cube);
    CHECK(npyValues(*cube) == std::vector<double>{0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112});
    CHECK(npyValues(*readNpy(npyBytes("|u1", "(2, 2, 3)", body, true), "f", 1)) ==
          std::vector<double>{0, 1, 2, 10, 11, 12});
}

TEST_CASE("npy: texts of fixed length")
{
    const auto bytes = readNpy(npyBytes("|S3", "(2,)", std::string("ab\0dog", 6)), "f");
    REQUIRE(bytes);
    CHECK(bytes->texts == std::vector<std::string>{"ab", "dog"});
    const std::string wide{'c', 0, 0, 0, char(0xe4), 0, 0, 0};
    CHECK(readNpy(npyBytes("<U2", "(1,)", wide), "f")->texts == std::vector<std::string>{"c\xc3\xa4"});
}

TEST_CASE("npy: the first rows of a file, without reading the others")
{
    const tests::TempFolder folder;
    std::string bytes = npyBytes("|u1", "(4, 2)", {1, 2, 3, 4, 5, 6, 7, 8});
    const auto file = folder.file("a.npy", bytes);
    const auto array = readNpyFile(file, 2);
    REQUIRE(array);
    CHECK(array->shape == std::vector<std::int64_t>{2, 2});
    CHECK(array->rowsInFile == 4);
    CHECK(npyValues(*array) == std::vector<double>{1, 2, 3, 4});
    CHECK(readNpyFile(file)->rows() == 4);
    CHECK(readNpyFile(folder.file("cut.npy", bytes.substr(0, bytes.size() - 1))).error().message.find("is truncated") ==
          0);
}

TEST_CASE("npy: what is refused says why and where")
{
    CHECK(npyProblem("PK") == "does not begin as a file of numpy.save does (byte 0)");
    CHECK(npyProblem(npyBytes("|O", "(1,)", "x")).find("holds Python objects") == 0);
    CHECK(npyProblem(npyBytes("<c8", "(1,)", "12345678")).find("holds complex numbers") == 0);
    CHECK(npyProblem(npyBytes("<f16", "(1,)", "x")).find("has elements of type <f16") == 0);
    CHECK(npyProblem(tests::npyWithHeader("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", ""))
              .find("holds records") == 0);
    CHECK(npyProblem(npyBytes("<f8", "(2,)", "12345678")).find("is truncated: its header promises 16 bytes") == 0);
    CHECK(npyProblem(npyBytes("<f8", "(4294967296, 4294967296)", "")).find("claims more elements") == 0);
    CHECK(npyProblem(npyBytes("<f8", "(-1,)", "")).find("claims more elements") == 0);
    CHECK(npyProblem(npyBytes("<f8", "(0, 65536, 666869195408957952)", "")).find("claims more elements") == 0);
    CHECK(npyProblem(npyBytes("<f8", "(0, 3)", "")).empty());
    CHECK(npyProblem(tests::npyWithHeader("__import__('os')", "")).find("has a header that is no description") == 0);
    CHECK(npyProblem(npyBytes("<f8", "(1,)", "12345678").substr(0, 20)).find("ends within its header") == 0);
}
