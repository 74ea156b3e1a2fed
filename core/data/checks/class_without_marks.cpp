// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>

namespace core::data::checks::class_without_marks {

namespace {

constexpr std::int64_t named = 5;

struct Spec {};

class ClassWithoutMarks final : public Check {
public:
    explicit ClassWithoutMarks(Spec) {}

    int rank() const override { return 2; }
    bool ofMarks() const override { return true; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        const std::vector<std::int64_t> counts = marksOfClasses(data);
        std::string names;
        std::int64_t count = 0;
        for (std::size_t c = 0; c < counts.size(); ++c)
            if (counts[c] == 0 && ++count <= named)
                names += (count > 1 ? ", \"" : "\"") + data.info.classes[c] + "\"";
        if (count == 0 || data.marks.empty())
            return {};
        const std::string things = data.info.task == "detection" ? "box" : "pixel";
        return {{.kind = "class_without_marks",
                 .column = data.info.target,
                 .count = count,
                 .message = (count == 1 ? "class " : "classes ") + names + (count > named ? ", …" : "") +
                            (count == 1 ? " has no " : " have no ") + things + lookedAtText(data),
                 .remedy = "Mark some of each, or take the class out of the list",
                 .effect = "It is never learned, and every picture teaches that it is not there."}};
    }
};

}

void enroll(Checks& all)
{
    all.add<ClassWithoutMarks>("class_without_marks", "Classes without marks",
                               "Classes of which no picture has a box or a pixel.", base::Fields<Spec>{});
}

}
