// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/check.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace core::data::checks::duplicate_rows {

namespace {

struct Spec {};

constexpr std::int64_t examinedRows = 200'000;
constexpr std::size_t mostDropped = 100'000;

// The cells of a table as they were read: what learning makes of them may be the same for rows that differ.
std::uint64_t hashOfCells(const Examined& data, std::int64_t row)
{
    std::uint64_t hash = 0;
    for (const Column* column : data.columns) {
        std::uint64_t word = 0;
        if (column->kind == ColumnKind::Text) {
            word = std::uint64_t(std::uint32_t(column->codes[std::size_t(row)]));
        } else if (const double number = column->numbers[std::size_t(row)]; number != 0) {
            const double known = std::isnan(number) ? std::numeric_limits<double>::quiet_NaN() : number;
            std::memcpy(&word, &known, sizeof word);
        }
        hash = base::mix(hash ^ word);
    }
    return hash;
}

// Inputs and target together as one number.
std::uint64_t hashOf(const Examined& data, std::int64_t row)
{
    const std::size_t bytes = data.inputs.nbytes() / std::size_t(data.inputs.size(0));
    const char* begin = static_cast<const char*>(data.inputs.const_data_ptr()) + std::size_t(row) * bytes;
    std::uint64_t hash = bytes, word = 0;
    // Texts may differ in words that are not counted.
    if (data.samples && data.info.modality == Modality::Text && row < data.samples->size())
        if (const auto sample = data.samples->read(row))
            hash = base::mix(base::streamOf(sample->text));
    std::size_t at = 0;
    for (; at + 8 <= bytes; at += 8) {
        std::memcpy(&word, begin + at, 8);
        hash = base::mix(hash ^ word);
    }
    word = 0;
    std::memcpy(&word, begin + at, bytes - at);
    hash = base::mix(hash ^ word);
    if (!data.targets.defined())
        return hash;
    const std::size_t element = data.targets.nbytes() / std::size_t(data.targets.size(0));
    const char* target = static_cast<const char*>(data.targets.const_data_ptr()) + std::size_t(row) * element;
    for (at = 0; at < element; at += 8) {
        word = 0;
        std::memcpy(&word, target + at, std::min<std::size_t>(8, element - at));
        hash = base::mix(hash ^ word);
    }
    return hash;
}

class DuplicateRows final : public Check {
public:
    explicit DuplicateRows(Spec) {}

    int rank() const override { return 1; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        const std::vector<std::uint8_t> part = partOfRows(data);
        const bool cells = !data.columns.empty() && data.inputs.size(0) == data.info.rows;
        std::vector<std::pair<std::uint64_t, std::int64_t>> hashes;
        for (const std::int64_t row : spreadRows(data.inputs.size(0), examinedRows))
            if (part[std::size_t(row)] != 3)
                hashes.emplace_back(cells ? hashOfCells(data, row) : hashOf(data, row), row);
        std::sort(hashes.begin(), hashes.end());
        Copies again, leaked;
        for (std::size_t i = 0; i < hashes.size();) {
            std::vector<std::int64_t> same{hashes[i].second};
            while (i + same.size() < hashes.size() && hashes[i + same.size()].first == hashes[i].first)
                same.push_back(hashes[i + same.size()].second);
            i += same.size();
            if (same.size() == 1)
                continue;
            const std::vector<std::int64_t> later(same.begin() + 1, same.end());
            again.add(later, later);
            if (std::none_of(same.begin(), same.end(), [&](auto row) { return part[std::size_t(row)] == 0; }))
                continue;
            std::vector<std::int64_t> judged = same;
            std::erase_if(judged, [&](auto row) { return part[std::size_t(row)] == 0; });
            if (!judged.empty())
                leaked.add(judged, same.back() >= data.info.rows ? same : std::vector<std::int64_t>{});
        }
        // Rows are divided anew without the copies, and then any two that stayed might be parted.
        if (!leaked.rows.empty())
            leaked.add({}, again.out);
        std::vector<Problem> problems;
        tell(data, std::move(again), " an earlier row",
             "Remove the copies, unless they are measurements that came out equal", "What is there twice weighs twice.",
             problems);
        tell(data, std::move(leaked), " a training row from validation or test, whose figures are then too good",
             "Remove the copies before dividing the rows",
             "The model is judged by rows that it has learned by heart: validation looks better than it is.", problems);
        return problems;
    }

private:
    // Rows that are told of, and those that go if they are not wanted.
    struct Copies {
        std::vector<std::int64_t> rows, out;

        void add(const std::vector<std::int64_t>& told, const std::vector<std::int64_t>& left)
        {
            rows.insert(rows.end(), told.begin(), told.end());
            out.insert(out.end(), left.begin(), left.end());
        }
    };

    static void tell(const Examined& data, Copies copies, const std::string& what, std::string remedy,
                     std::string effect, std::vector<Problem>& problems)
    {
        if (copies.rows.empty())
            return;
        std::sort(copies.rows.begin(), copies.rows.end());
        std::sort(copies.out.begin(), copies.out.end());
        copies.out.erase(std::unique(copies.out.begin(), copies.out.end()), copies.out.end());
        const std::int64_t count = std::int64_t(copies.rows.size());
        const std::vector<std::int64_t> shown = firstFew(copies.rows);
        problems.push_back({"duplicate_rows", "", shown, count,
                            countText(count, "row repeats", "rows repeat") + what + ": " + rowsText(shown, count),
                            std::move(remedy), std::move(effect)});
        const std::int64_t own = data.info.rows;
        std::erase_if(copies.out, [own](std::int64_t row) { return row >= own; });
        if (!copies.out.empty() && copies.out.size() <= mostDropped) {
            problems.back().action = copies.out.size() == 1 ? "Leave the copy out" : "Leave the copies out";
            problems.back().changes = {dropRows(data.experiment, copies.out)};
        }
    }
};

}

void enroll(Checks& all)
{
    all.add<DuplicateRows>("duplicate_rows", "Rows that repeat",
                           "Rows with the same cells, within the data and across the parts; of pictures, texts and "
                           "recordings, with the same "
                           "inputs and the same target.",
                           base::Fields<Spec>{});
}

}
