// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_reader.h"

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "tests/bench/compared.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

constexpr int csvRounds = 5, columns = 20;

enum class Digits { Six, All, Whole };

// A table of normal numbers: with six digits after the point, all that a double has, or whole thousandths.
std::filesystem::path writeTable(const tests::TempFolder& folder, Digits digits, int rows)
{
    const std::filesystem::path file = folder.path() / "table.csv";
    std::ofstream out(file, std::ios::binary);
    for (int c = 0; c < columns; ++c)
        out << (c ? ",c" : "c") << c;
    out << '\n';
    const core::base::Draw draw(1, "bench/csv");
    std::string line;
    for (int row = 0; row < rows; ++row) {
        line.clear();
        for (int c = 0; c < columns; ++c) {
            const double value = draw.normal(std::uint64_t(row) * columns + std::uint64_t(c));
            char cell[40];
            if (digits == Digits::Whole)
                std::snprintf(cell, sizeof cell, "%" PRId64 ",", std::int64_t(1000 * value));
            else
                std::snprintf(cell, sizeof cell, digits == Digits::Six ? "%.6f," : "%.17g,", value);
            line += cell;
        }
        line.back() = '\n';
        out << line;
    }
    return file;
}

// The best of three, as the peers do it.
Result<double> megabytesPerSecond(const std::filesystem::path& file)
{
    double best = 0;
    for (int i = 0; i < 3; ++i) {
        const double start = core::base::steadySeconds();
        CORE_TRY(table, core::data::readCsvFile(file));
        const double speed = 1e-6 * double(std::filesystem::file_size(file)) / (core::base::steadySeconds() - start);
        if (table.columns.size() != columns || table.columns.back().kind != core::data::ColumnKind::Number)
            return core::base::Error{core::base::ErrorKind::Internal, "read something else than it wrote", file, {}};
        best = std::max(best, speed);
    }
    return best;
}

}

Result<Object> csv()
{
    const OneCore core;
    Object figures;
    struct Case {
        Digits digits;
        int rows;
        const char* name;
    };
    for (const Case& each :
         {Case{Digits::Six, 500'000, "six_digits_mb_per_s"}, Case{Digits::All, 250'000, "all_digits_mb_per_s"},
          Case{Digits::Whole, 500'000, "whole_numbers_mb_per_s"}}) {
        const tests::TempFolder folder;
        const std::filesystem::path file = writeTable(folder, each.digits, each.rows);
        tellPeer(file);
        Compared pandas, pyarrow;
        for (int round = 0; round < csvRounds; ++round) {
            CORE_TRY(speed, megabytesPerSecond(file));
            pandas.add(speed, peer("csv-pandas", 3));
            pyarrow.add(speed, peer("csv-pyarrow", 3));
        }
        pandas.write(figures, each.name, "pandas");
        pyarrow.write(figures, each.name, "pyarrow");
    }
    return figures;
}

}
