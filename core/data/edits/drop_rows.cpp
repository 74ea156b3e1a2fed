// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/edit.h"

namespace core::data::edits::drop_rows {

namespace {

struct Spec {
    std::vector<std::int64_t> rows;
};

class DropRows final : public Edit {
public:
    explicit DropRows(Spec spec) : m_spec(std::move(spec)) {}

    base::Status apply(Loaded& loaded) const override
    {
        loaded.dropped.resize(std::size_t(loaded.rows()), 0);
        for (std::size_t i = 0; i < m_spec.rows.size(); ++i) {
            if (m_spec.rows[i] >= loaded.rows())
                return base::Error{base::ErrorKind::Spec, "there is no row " + std::to_string(m_spec.rows[i]),
                                   "/rows/" + std::to_string(i), "Rows are 0 to " + std::to_string(loaded.rows() - 1)};
            loaded.dropped[std::size_t(m_spec.rows[i])] = 1;
        }
        return {};
    }

private:
    Spec m_spec;
};

}

void enroll(Edits& all)
{
    all.add<DropRows>(
        "drop_rows", "Rows left out", "Rows that are in no part: neither learned from nor judged by.",
        base::Fields<Spec>{}.add("rows", &Spec::rows,
                                 std::make_shared<const base::List>(base::List{base::Int{0}, 0, 10'000'000}),
                                 {"Their numbers, from 0."}));
}

}
