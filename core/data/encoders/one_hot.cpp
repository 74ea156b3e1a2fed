// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/encoder.h"

namespace core::data::encoders::one_hot {

namespace {

struct Spec {};

/// scikit-learn's OneHotEncoder(handle_unknown="ignore").
class OneHot final : public Encoder {
public:
    explicit OneHot(Spec) {}

    WordValues learn(const WordColumn& column, const base::Draw&) const override
    {
        WordValues made;
        made.unknown.assign(column.words.size(), 0);
        for (const std::string& word : column.words) {
            made.values.push_back(made.unknown);
            made.values.back()[made.suffixes.size()] = 1;
            made.suffixes.push_back("=" + word);
        }
        return made;
    }
};

}

void enroll(Encoders& all)
{
    all.add<OneHot>("one_hot", "One column a text",
                    "Each text that occurs gets a column of 0 and 1. Nothing is claimed about their order; many texts "
                    "make many columns.",
                    base::Fields<Spec>{});
}

}
