// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/data/formats/cell.h"
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/plain_number.h"
#include "core/data/formats/text_pieces.h"
#include "tests/support/plain_csv.h"
#include "tests/support/temp_folder.h"

#include <bit>
#include <charconv>

using namespace core;

namespace {

// Draws by name of nothing but their order.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_draw(seed, "test/csv") {}
    std::uint64_t below(std::uint64_t n) { return m_draw.below(m_next++, n); }
    double normal() { return m_draw.normal(m_next++ + (std::uint64_t(1) << 32)); }
    std::string_view of(std::initializer_list<std::string_view> all) { return all.begin()[below(all.size())]; }

private:
    base::Draw m_draw;
    std::uint64_t m_next = 0;
};

std::string printed(const char* format, int digits, double value)
{
    char text[400];
    std::snprintf(text, sizeof text, format, digits, value);
    return text;
}

std::string drawnNumber(Dice& dice)
{
    const double value = dice.normal() * std::pow(10.0, double(dice.below(30)) - 15);
    switch (dice.below(6)) {
    case 0:
        return printed("%.*f", int(dice.below(9)), dice.normal());
    case 1:
        return printed("%.*g", 17, value);
    case 2:
        return printed("%.*e", int(dice.below(20)), value);
    case 3:
        return std::to_string(std::int64_t(dice.below(1ull << 62) >> dice.below(62)) - 5);
    case 4:
        return printed("%.*f", int(dice.below(25)), value);
    default:
        return std::string(dice.of({"0",
                                    "-0",
                                    "1.",
                                    ".5",
                                    "-.25",
                                    "+3",
                                    "1e5",
                                    "1E-3",
                                    "1e+22",
                                    "1e23",
                                    "inf",
                                    "-inf",
                                    "9007199254740993",
                                    "0.1",
                                    "123456789012345678",
                                    "12345678901234567890",
                                    "0.00000000000000000000000001",
                                    "1e400",
                                    "1e-400",
                                    "5e-324",
                                    "00012",
                                    " 7 "}));
    }
}

std::string drawnCell(Dice& dice, std::uint64_t kind, char delimiter)
{
    std::string cell;
    if (dice.below(12) == 0)
        cell = dice.of({"", "NA", "nan", "?", " ", "null", "-", "1.5.2", "e5", "1e", "--1", "0x10", "1,5", "x"});
    else if (kind == 0)
        cell = drawnNumber(dice);
    else if (kind == 1)
        cell = dice.of({"2024-05-17", "2024-05", "1999-12-31T23:59:59.5Z", "2000-01-01 00:00"});
    else if (kind == 2)
        cell = dice.of({"red", "green", "two words", "gr\xc3\xbcn", "say \"hi\"", "a\nb", "5\" pipe"});
    else
        cell = std::to_string(dice.below(5));
    const bool needed = cell.find_first_of(std::string("\n\"") + delimiter) != cell.npos;
    if (!needed && dice.below(15) != 0)
        return cell;
    std::string quoted = "\"";
    for (const char c : cell)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + (dice.below(9) == 0 ? "\" " : "\"");
}

// A table of some columns of one kind nearly, with an odd cell, line or quote here and there.
std::string drawnCsv(Dice& dice, char delimiter, std::size_t rows)
{
    const std::size_t columns = 1 + dice.below(6);
    const std::string_view end = dice.of({"\n", "\r\n", "\r"});
    std::vector<std::uint64_t> kinds(columns);
    std::string text;
    for (std::size_t c = 0; c < columns; ++c) {
        kinds[c] = dice.below(4);
        text += (c ? std::string(1, delimiter) : "") + "c" + std::to_string(c);
    }
    text += end;
    for (std::size_t row = 0; row < rows; ++row) {
        if (dice.below(40) == 0)
            text += std::string(dice.below(3), ' ') + std::string(end);
        const std::size_t width = columns + (dice.below(3000) == 0 ? 1 : 0);
        for (std::size_t c = 0; c < width; ++c) {
            const std::uint64_t kind = dice.below(30) == 0 ? dice.below(4) : kinds[c % columns];
            text += (c ? std::string(1, delimiter) : "") + drawnCell(dice, kind, delimiter);
        }
        if (row + 1 < rows || dice.below(2) == 0)
            text += end;
    }
    if (dice.below(20) == 0)
        text.resize(dice.below(text.size()) + 1);
    return text;
}

bool sameBits(const std::vector<double>& a, const std::vector<double>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
        return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y) || (std::isnan(x) && std::isnan(y));
    });
}

std::string difference(const data::Table& got, const data::Table& wanted)
{
    if (got.rows != wanted.rows || got.lines != wanted.lines || got.columns.size() != wanted.columns.size())
        return "rows, lines or columns";
    for (std::size_t c = 0; c < got.columns.size(); ++c) {
        const data::Column &a = got.columns[c], &b = wanted.columns[c];
        if (a.name != b.name || a.kind != b.kind || a.codes != b.codes || a.words != b.words || a.strays != b.strays ||
            !sameBits(a.numbers, b.numbers))
            return "column " + std::to_string(c);
    }
    return {};
}

}

TEST_CASE("csv: drawn tables in pieces of any size are what the plain rules make of them")
{
    std::size_t good = 0, bad = 0;
    std::size_t kinds[4] = {};
    for (std::uint64_t round = 0; round < 3000; ++round) {
        Dice dice(round);
        const char delimiter = ",;\t|"[dice.below(4)];
        const std::string text = drawnCsv(dice, delimiter, 1 + dice.below(round % 50 == 0 ? 3000 : 40));
        data::CsvOptions options{.delimiter = delimiter, .header = true, .piece = std::size_t(16) << dice.below(14)};
        if (dice.below(3) == 0)
            options.hints = {.asText = {"c0"}, .asNumbers = {"c1"}};
        const tests::PlainCsv plain(text, delimiter);
        const auto table = data::readCsv(text, "f.csv", options);
        CAPTURE(round, text.substr(0, 2000));
        if (!plain.problem().empty() || plain.records() < 2) {
            REQUIRE_FALSE(table);
            if (plain.problem().find("another width") == std::string::npos && !plain.problem().empty())
                REQUIRE(table.error().message == plain.problem());
            ++bad;
            continue;
        }
        if (!table)
            FAIL(table.error().message);
        REQUIRE(difference(*table, plain.table(options.hints)) == "");
        ++good;
        for (const data::Column& column : table->columns)
            ++kinds[std::size_t(column.kind)];
    }
    CHECK(good > 1500);
    CHECK(bad > 50);
    CHECK(*std::min_element(std::begin(kinds) + 1, std::end(kinds)) > 200);
}

TEST_CASE("csv: a column that turns out otherwise than it begins")
{
    const auto kindOf = [](const std::string& first, const std::string& later) {
        std::string text = "x,y\n" + first + ",1\n";
        for (int row = 0; row < 6000; ++row)
            text += later + (later == "7." ? std::to_string(row) : "") + ",2\n";
        const auto table = data::readCsv(text, "f.csv");
        const tests::PlainCsv plain(text, ',');
        CHECK(difference(*table, plain.table({})) == "");
        return table->columns[0].kind;
    };
    CHECK(kindOf("1", "red") == data::ColumnKind::Text);
    CHECK(kindOf("red", "7.") == data::ColumnKind::Number);
    CHECK(kindOf("2024-01-01", "7.") == data::ColumnKind::Number);
    CHECK(kindOf("2024-01-01", "red") == data::ColumnKind::Text);
    CHECK(kindOf("1", "2024-01-01") == data::ColumnKind::Text);
    CHECK(kindOf("NA", "2024-01-01") == data::ColumnKind::Time);
}

TEST_CASE("csv: a file in another encoding, packed or broken late is read as its text is")
{
    std::string rows = "a,b\n";
    for (int row = 0; row < 40'000; ++row)
        rows += std::to_string(row) + ",gr\xc3\xbcn\n";
    const tests::TempFolder folder;
    const auto read = [&](const std::string& text) { return data::readCsvFile(folder.file("f.csv", text)); };
    const auto table = read(rows);
    REQUIRE(table);
    CHECK(difference(*table, tests::PlainCsv(rows, ',').table({})) == "");
    CHECK(table->columns[1].words == std::vector<std::string>{"gr\xc3\xbcn"});
    const auto latin = read(rows + "1,stra\xdf"
                                   "e\n");
    REQUIRE(latin);
    CHECK(latin->columns[1].words == std::vector<std::string>{"gr\xc3\x83\xc2\xbcn", "stra\xc3\x9f"
                                                                                     "e"});
    CHECK(read(rows + std::string("1,\0\n", 4)).error().message == "line 40002 has a zero byte, so this is no text");
    CHECK(read(rows + "1,2,3\n").error().message == "line 40002 has 3 cells, and line 1 has 2");
    // What is no text is told before what is wrong with its rows.
    CHECK(read("a,b\n1\n" + rows + std::string(1, '\0')).error().message.find("zero byte") != std::string::npos);
    CHECK(data::readCsvFile(folder.path() / "none.csv").error().where.find("none.csv") != std::string::npos);
}

TEST_CASE("csv: plain numbers are read bit for bit as the library reads them, or left to it")
{
    std::size_t plain = 0;
    constexpr std::uint64_t count = 200'000;
    for (std::uint64_t i = 0; i < count; ++i) {
        Dice dice(i);
        std::string text = drawnNumber(dice);
        if (dice.below(10) == 0)
            text.insert(dice.below(text.size() + 1), 1, ".-e+ 5"[dice.below(6)]);
        const std::size_t size = text.size();
        text += ",1234567.1234567,12345678.1234567";
        double value = 0, wanted = 0;
        if (!data::readPlainNumber(text.data(), text.data() + size, '.', value))
            continue;
        ++plain;
        const auto [end, code] = std::from_chars(text.data(), text.data() + size, wanted);
        CAPTURE(text.substr(0, size));
        REQUIRE((code == std::errc{} && end == text.data() + size));
        REQUIRE(std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(wanted));
    }
    CHECK(plain > count / 2);
}

TEST_CASE("csv: a text in pieces keeps what is not read yet, and tells what is no UTF-8")
{
    const auto readAll = [](std::string_view text, std::size_t piece) {
        data::TextPieces pieces(
            [text, at = std::size_t(0)](char* to, std::size_t most) mutable {
                const std::size_t bytes = text.copy(to, most, at);
                at += bytes;
                return bytes;
            },
            false, piece);
        std::string all;
        for (;;) {
            const std::size_t taken = pieces.ended() ? pieces.text().size() : pieces.text().rfind(' ') + 1;
            all += pieces.text().substr(0, taken);
            if (pieces.ended())
                return std::pair(all, pieces.clean());
            pieces.more(taken);
        }
    };
    const std::string text = "gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80 end";
    for (const std::size_t piece : {2, 3, 5, 8, 64}) {
        CHECK(readAll(text, piece) == std::pair(text, true));
        CHECK_FALSE(readAll(text + "\xc3", piece).second);
        CHECK_FALSE(readAll("\xfc " + text, piece).second);
        CHECK_FALSE(readAll(text + std::string(1, '\0'), piece).second);
    }
}
