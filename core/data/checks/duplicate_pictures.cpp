// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>
#include <map>

namespace core::data::checks::duplicate_pictures {

namespace {

struct Spec {};

class DuplicatePictures final : public Check {
public:
    explicit DuplicatePictures(Spec) {}

    int rank() const override { return 1; }
    bool ofMarks() const override { return true; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::map<std::uint64_t, const Marks*> first;
        std::vector<std::int64_t> copies;
        std::string example;
        for (const Marks& picture : data.marks) {
            const auto [found, added] = first.try_emplace(picture.digest, &picture);
            const Marks& other = *found->second;
            if (added || other.part == picture.part || other.width != picture.width || other.height != picture.height)
                continue;
            if (copies.empty())
                example = "picture " + std::to_string(picture.row) + " (" + std::string(name(SplitName(picture.part))) +
                          ") is picture " + std::to_string(other.row) + " (" +
                          std::string(name(SplitName(other.part))) + ")";
            copies.push_back(picture.row);
        }
        if (copies.empty())
            return {};
        Problem problem{.kind = "duplicate_pictures",
                        .column = data.info.target,
                        .rows = firstFew(copies),
                        .count = std::int64_t(copies.size()),
                        .message = countText(std::int64_t(copies.size()), "picture stands", "pictures stand") +
                                   " in two parts: " + example + lookedAtText(data),
                        .remedy = "Leave the copies out of validation and test",
                        .effect = "The model is judged by what it has seen: its figures are too good.",
                        .action = copies.size() == 1 ? "Leave the copy out" : "Leave the copies out",
                        .changes = {dropRows(data.experiment, copies)}};
        return {problem};
    }
};

}

void enroll(Checks& all)
{
    all.add<DuplicatePictures>("duplicate_pictures", "Pictures in two parts",
                               "The same pixels in training and in validation or test.", base::Fields<Spec>{});
}

}
