// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/cards.h"
#include "ui/models/lesson.h"

#include <QWidget>

namespace ui::pages {

/// The demonstrations to choose from: a recorded thumbnail, title, sentence and length of each.
class LessonList final : public QWidget {
    Q_OBJECT

public:
    /// The lessons must stay.
    explicit LessonList(const std::vector<models::Lesson>& lessons, QWidget* parent = nullptr);

Q_SIGNALS:
    void wanted(const QString& key);

private:
    QWidget* row(const models::Lesson& lesson);

    std::vector<models::Card> m_cards; ///< for their recordings
};

/// For the inspector while the Learn page is open: which keys a speaker needs.
class LessonKeys final : public QWidget {
    Q_OBJECT

public:
    explicit LessonKeys(QWidget* parent = nullptr);
};

}
