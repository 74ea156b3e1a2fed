// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/check.h"

#include <algorithm>
#include <cstring>

namespace core::data::checks::duplicate_rows {

namespace {

struct Spec {};

constexpr std::int64_t examinedRows = 200'000;
constexpr std::size_t mostDropped = 100'000;

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
        std::vector<std::pair<std::uint64_t, std::int64_t>> hashes;
        for (const std::int64_t row : spreadRows(data.inputs.size(0), examinedRows))
            if (part[std::size_t(row)] != 3)
                hashes.emplace_back(hashOf(data, row), row);
        std::sort(hashes.begin(), hashes.end());
        std::vector<std::int64_t> again, leaked;
        for (std::size_t i = 0; i < hashes.size();) {
            std::size_t end = i + 1;
            while (end < hashes.size() && hashes[end].first == hashes[i].first)
                again.push_back(hashes[end++].second);
            const auto in = [&](std::size_t k) { return part[std::size_t(hashes[k].second)]; };
            bool trained = false;
            for (std::size_t k = i; k < end; ++k)
                trained |= in(k) == 0;
            for (std::size_t k = i; trained && k < end; ++k)
                if (in(k) == 1 || in(k) == 2)
                    leaked.push_back(hashes[k].second);
            i = end;
        }
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
    static void tell(const Examined& data, std::vector<std::int64_t> rows, const std::string& what, std::string remedy,
                     std::string effect, std::vector<Problem>& problems)
    {
        if (rows.empty())
            return;
        std::sort(rows.begin(), rows.end());
        const std::int64_t count = std::int64_t(rows.size());
        const std::vector<std::int64_t> shown = firstFew(rows);
        problems.push_back({"duplicate_rows", "", shown, count,
                            countText(count, "row repeats", "rows repeat") + what + ": " + rowsText(shown, count),
                            std::move(remedy), std::move(effect)});
        const std::int64_t own = data.info.rows;
        std::erase_if(rows, [own](std::int64_t row) { return row >= own; });
        if (!rows.empty() && rows.size() <= mostDropped) {
            problems.back().action = rows.size() == 1 ? "Leave the copy out" : "Leave the copies out";
            problems.back().changes = {dropRows(data.experiment, rows)};
        }
    }
};

}

void enroll(Checks& all)
{
    all.add<DuplicateRows>("duplicate_rows", "Rows that repeat",
                           "Rows with the same inputs and the same target, within the data and across the parts.",
                           base::Fields<Spec>{});
}

}
