// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"

#include <QWidget>

namespace ui::pages {

/// Some training samples as they are, and under each what the pipeline made of it.
class BeforeAfter final : public QWidget {
    Q_OBJECT

public:
    explicit BeforeAfter(QWidget* parent = nullptr);

    struct Pair {
        core::session::Look before, after;
    };
    void setPairs(std::vector<Pair> pairs);
    const std::vector<Pair>& pairs() const { return m_pairs; }
    QSize sizeHint() const override { return {320, 104}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int tileWidth() const;

    std::vector<Pair> m_pairs;
};

}
