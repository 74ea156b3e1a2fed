// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/forms/parts.h"

namespace ui::forms {

/// A list of groups, such as what is captured: a chip for each, called by its first choice, and the fields of the one
/// that is chosen.
class GroupsPart final : public Part {
    Q_OBJECT

public:
    /// Whether `field` is such a list.
    static bool fits(const core::base::Field& field);
    GroupsPart(FormContext& context, core::base::Field field, QString path, QWidget* parent);
    void refresh() override;
    ChipStrip* chips() const { return m_chips; }

private:
    const core::base::Schema& schema() const;
    const core::base::Field& first() const { return schema().fields.front(); }
    core::base::Array items() const;
    void put(core::base::Array items) { m_context.commit(m_field, m_path, std::move(items)); }
    QString titleOf(const core::base::Value& item) const;
    void showChosen();

    ChipStrip* m_chips;
    FieldsPart* m_fields = nullptr;
    QString m_shown; ///< the path that `m_fields` shows
};

}
